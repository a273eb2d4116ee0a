FROM node:20-slim AS builder
RUN apt-get update && apt-get install -y --no-install-recommends curl ca-certificates && apt-get clean && rm -rf /var/lib/apt/lists/*
WORKDIR /app
COPY package*.json ./
RUN npm ci
COPY . .

FROM node:20-alpine
RUN apk add --no-cache curl ca-certificates
COPY --from=builder /app/node_modules /app/node_modules
COPY --from=builder /app/package.json /app/package.json
COPY --from=builder /app/api.js /app/api.js
COPY --from=builder /app/data /app/data
WORKDIR /app
EXPOSE 3000
CMD ["node", "api.js"]
