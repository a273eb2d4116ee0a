FROM node:20 AS build
WORKDIR /repo
COPY package.json package-lock.json ./
COPY packages/math/package.json packages/math/
COPY apps/api/package.json apps/api/
RUN --mount=type=cache,target=/root/.npm npm ci
COPY packages packages
RUN npm run build --workspace @acme/math

FROM node:20 AS dependencies
WORKDIR /repo
COPY package.json package-lock.json ./
COPY packages/math/package.json packages/math/
COPY apps/api/package.json apps/api/
RUN --mount=type=cache,target=/root/.npm npm ci --omit=dev --workspace @acme/api --include-workspace-root

FROM gcr.io/distroless/nodejs20-debian12:nonroot
WORKDIR /repo
COPY --from=dependencies /repo/node_modules node_modules
COPY --from=build /repo/packages/math/package.json packages/math/
COPY --from=build /repo/packages/math/lib packages/math/lib
COPY apps/api apps/api
EXPOSE 3000
CMD ["apps/api/server.js"]
