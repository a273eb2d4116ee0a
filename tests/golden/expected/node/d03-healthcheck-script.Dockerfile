FROM node:20 AS builder
WORKDIR /app
COPY package*.json ./
RUN npm ci
COPY . .

FROM node:20-alpine
COPY --from=builder /app/node_modules /app/node_modules
COPY --from=builder /app/package.json /app/package.json
COPY --from=builder /app/server.js /app/server.js
COPY --from=builder /app/scripts /app/scripts
WORKDIR /app
EXPOSE 3000
HEALTHCHECK --interval=12s --timeout=12s CMD ["node", "/app/scripts/healthcheck.js"]
CMD ["node", "server.js"]
