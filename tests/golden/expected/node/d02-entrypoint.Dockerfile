FROM node:20 AS builder
WORKDIR /app
COPY package*.json ./
RUN npm ci
COPY . .
COPY docker/entrypoint.sh /usr/local/bin/app-entrypoint
RUN chmod 755 /usr/local/bin/app-entrypoint

FROM node:20-alpine
RUN apk add --no-cache bash
COPY --from=builder /app/node_modules /app/node_modules
COPY --from=builder /app/package.json /app/package.json
COPY --from=builder /usr/local/bin/app-entrypoint /usr/local/bin/app-entrypoint
COPY --from=builder /app/migrate.js /app/server.js /app/
COPY --from=builder /app/docker /app/docker
WORKDIR /app
EXPOSE 3000
ENTRYPOINT ["app-entrypoint"]
CMD ["node", "server.js"]
