FROM node:20 AS builder
WORKDIR /auth
COPY package*.json ./
RUN npm ci
RUN npm prune --omit=dev --ignore-scripts
COPY . .

FROM gcr.io/distroless/nodejs20-debian12
COPY --from=builder /auth/node_modules /auth/node_modules
COPY --from=builder /auth/package.json /auth/package.json
COPY --from=builder /auth/server.js /auth/server.js
WORKDIR /auth
EXPOSE 3000
CMD ["server.js"]
