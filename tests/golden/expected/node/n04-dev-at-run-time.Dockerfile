FROM node:20 AS builder
WORKDIR /app
COPY package*.json ./
RUN npm ci
COPY . .

FROM gcr.io/distroless/nodejs20-debian12
COPY --from=builder /app/node_modules /app/node_modules
COPY --from=builder /app/package.json /app/package.json
COPY --from=builder /app/server.js /app/server.js
COPY --from=builder /app/middleware /app/middleware
WORKDIR /app
EXPOSE 3000
CMD ["server.js"]
