FROM node:20-bookworm AS build
WORKDIR /srv/app
COPY package.json package-lock.json ./
RUN --mount=type=cache,target=/root/.npm npm ci
COPY tsconfig.json ./
COPY src src
RUN npm run build

FROM node:20-bookworm AS dependencies
WORKDIR /srv/app
COPY package.json package-lock.json ./
RUN --mount=type=cache,target=/root/.npm npm ci --omit=dev

FROM gcr.io/distroless/nodejs20-debian12:nonroot
WORKDIR /srv/app
ENV NODE_ENV=production
COPY --from=dependencies /srv/app/node_modules node_modules
COPY --from=build /srv/app/dist dist
EXPOSE 3000
CMD ["dist/index.js"]
