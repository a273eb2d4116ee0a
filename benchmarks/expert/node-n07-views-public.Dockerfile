FROM node:20 AS dependencies
WORKDIR /usr/src/app
COPY package.json package-lock.json ./
RUN --mount=type=cache,target=/root/.npm npm ci --omit=dev

FROM gcr.io/distroless/nodejs20-debian12:nonroot
WORKDIR /usr/src/app
COPY --from=dependencies /usr/src/app/node_modules node_modules
COPY locales locales
COPY public public
COPY views views
COPY app.js ./
EXPOSE 3000
CMD ["app.js"]
