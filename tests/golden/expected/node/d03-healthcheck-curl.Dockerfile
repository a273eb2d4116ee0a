FROM node:20 AS builder
WORKDIR /app
COPY package*.json ./
RUN npm ci
COPY server.js .

FROM node:20-alpine
RUN apk add --no-cache curl
COPY --from=builder /app/node_modules /app/node_modules
COPY --from=builder /app/package.json /app/package.json
COPY --from=builder /app/server.js /app/server.js
WORKDIR /app
EXPOSE 3000
HEALTHCHECK --interval=30s --timeout=5s --start-period=5s \
  CMD curl --fail http://localhost:3000/health || exit 1
CMD ["node", "server.js"]
