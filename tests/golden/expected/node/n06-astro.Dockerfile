FROM node:20-bookworm AS builder
WORKDIR /site
COPY package.json package-lock.json ./
RUN npm ci
COPY . .
ENV ASTRO_TELEMETRY_DISABLED=1
RUN npm run build

FROM gcr.io/distroless/nodejs20-debian12
ENV ASTRO_TELEMETRY_DISABLED=1
ENV HOST=0.0.0.0 PORT=4321
COPY --from=builder /site/node_modules /site/node_modules
COPY --from=builder /site/package.json /site/package.json
COPY --from=builder /site/public /site/public
COPY --from=builder /site/dist /site/dist
WORKDIR /site
EXPOSE 4321
CMD ["./dist/server/entry.mjs"]
