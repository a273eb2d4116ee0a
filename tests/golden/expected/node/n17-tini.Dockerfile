FROM node:20-alpine AS builder
RUN apk add --no-cache tini
WORKDIR /app
COPY package*.json ./
RUN npm ci
RUN npm prune --omit=dev --ignore-scripts
COPY . .

FROM node:20-alpine
RUN apk add --no-cache tini
COPY --from=builder /app/node_modules /app/node_modules
COPY --from=builder /app/package.json /app/package.json
COPY --from=builder /app/server.js /app/server.js
WORKDIR /app
EXPOSE 3000
ENTRYPOINT ["/sbin/tini", "--"]
CMD ["node", "server.js"]
