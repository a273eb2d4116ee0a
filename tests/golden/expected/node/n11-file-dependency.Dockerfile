FROM node:20 AS builder
WORKDIR /app
COPY . .
RUN npm ci

FROM gcr.io/distroless/nodejs20-debian12
COPY --from=builder /app/node_modules /app/node_modules
COPY --from=builder /app/package.json /app/package.json
COPY --from=builder /app/main.js /app/main.js
COPY --from=builder /app/lib /app/lib
WORKDIR /app
CMD ["main.js", "7"]
