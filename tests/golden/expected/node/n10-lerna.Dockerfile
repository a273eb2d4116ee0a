FROM node:20 AS builder
WORKDIR /repo
ENV NX_DAEMON=false
COPY . .
RUN npm ci
RUN npx lerna run build
RUN npm prune --omit=dev --ignore-scripts

FROM gcr.io/distroless/nodejs20-debian12
ENV NX_DAEMON=false
COPY --from=builder /repo/node_modules /repo/node_modules
COPY --from=builder /repo/lerna.json /repo/package-lock.json /repo/package.json /repo/
COPY --from=builder /repo/packages /repo/packages
WORKDIR /repo
EXPOSE 3000
CMD ["packages/server/lib/index.js"]
