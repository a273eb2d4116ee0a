FROM node:20-alpine AS builder
WORKDIR /app
COPY package*.json ./
RUN apk add --no-cache git python3 make g++ && npm ci
COPY server.js .

FROM node:20-alpine
RUN apk add --no-cache git
COPY --from=builder /app/node_modules /app/node_modules
COPY --from=builder /app/package.json /app/package.json
COPY --from=builder /app/server.js /app/server.js
WORKDIR /app
EXPOSE 3000
HEALTHCHECK --interval=15s CMD wget --spider -q http://127.0.0.1:3000/health || exit 1
CMD ["node", "server.js"]
