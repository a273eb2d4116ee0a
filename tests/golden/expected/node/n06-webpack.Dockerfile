FROM node:20 AS builder
WORKDIR /app
COPY package.json package-lock.json webpack.config.js ./
RUN npm ci
COPY src src
RUN npx webpack
RUN npm prune --omit=dev --ignore-scripts

FROM gcr.io/distroless/nodejs20-debian12
COPY --from=builder /app/node_modules /app/node_modules
COPY --from=builder /app/package.json /app/package.json
COPY --from=builder /app/bundle /app/bundle
WORKDIR /app
EXPOSE 3000
ENTRYPOINT ["/nodejs/bin/node"]
CMD ["bundle/server.js"]
