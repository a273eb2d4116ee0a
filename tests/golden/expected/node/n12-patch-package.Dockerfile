FROM node:20 AS builder
WORKDIR /app
COPY package*.json ./
COPY patches ./patches
RUN npm ci
RUN npm prune --omit=dev --ignore-scripts
COPY . .

FROM gcr.io/distroless/nodejs20-debian12
COPY --from=builder /app/node_modules /app/node_modules
COPY --from=builder /app/package.json /app/package.json
COPY --from=builder /app/index.js /app/index.js
WORKDIR /app
CMD ["index.js"]
