FROM node:20-bookworm AS builder
WORKDIR /app
ENV PORT=3000
COPY package.json package-lock.json ./
RUN --mount=type=cache,target=/root/.npm npm ci --no-audit
# everything at once
COPY . .
RUN npm run build
RUN --mount=type=cache,target=/root/.npm npm prune --omit=dev --ignore-scripts

FROM gcr.io/distroless/nodejs20-debian12
ENV PORT=3000
COPY --from=builder /app/node_modules /app/node_modules
COPY --from=builder /app/package.json /app/package.json
COPY --from=builder /app/dist /app/dist
WORKDIR /app
EXPOSE 3000
CMD ["dist/server.js"]
