FROM node:20 AS builder
WORKDIR /app
COPY . .
RUN npm install

FROM node:20-slim
RUN apt-get update && apt-get install -y --no-install-recommends git && rm -rf /var/lib/apt/lists/*
COPY --from=builder /app/node_modules /app/node_modules
COPY --from=builder /app/package.json /app/package.json
COPY --from=builder /app/cli.js /app/cli.js
WORKDIR /app
CMD ["node", "cli.js", "stage", "craft"]
