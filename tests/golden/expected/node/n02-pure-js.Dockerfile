FROM node:20-bookworm AS builder
WORKDIR /app
COPY package.json package-lock.json ./
RUN npm ci
RUN npm prune --omit=dev --ignore-scripts
COPY . .

FROM gcr.io/distroless/nodejs20-debian12
ENV PORT=4000
COPY --from=builder /app/node_modules /app/node_modules
COPY --from=builder /app/package.json /app/package.json
COPY --from=builder /app/index.mjs /app/index.mjs
COPY --from=builder /app/lib /app/lib
WORKDIR /app
EXPOSE 4000
CMD ["index.mjs"]
