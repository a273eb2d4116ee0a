FROM node:20 AS dependencies
WORKDIR /auth
COPY package.json package-lock.json ./
RUN --mount=type=cache,target=/root/.npm npm ci --omit=dev

FROM gcr.io/distroless/nodejs20-debian12:nonroot
WORKDIR /auth
COPY --from=dependencies /auth/node_modules node_modules
COPY server.js ./
EXPOSE 3000
CMD ["server.js"]
