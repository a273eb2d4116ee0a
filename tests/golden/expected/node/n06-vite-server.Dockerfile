FROM node:20-bookworm AS builder
WORKDIR /app
COPY package.json package-lock.json ./
RUN npm ci
COPY . .
RUN npm run build
RUN npm prune --omit=dev --ignore-scripts

FROM gcr.io/distroless/nodejs20-debian12
ENV NODE_ENV=production PORT=5000
COPY --from=builder /app/node_modules /app/node_modules
COPY --from=builder /app/package.json /app/package.json
COPY --from=builder /app/client /app/client
COPY --from=builder /app/server /app/server
COPY --from=builder /app/public /app/public
WORKDIR /app
EXPOSE 5000
CMD ["server/index.js"]
