FROM node:20 AS builder
RUN npm install -g pnpm@9.15.4
WORKDIR /measures
COPY . .
RUN pnpm install --frozen-lockfile
RUN pnpm build

FROM gcr.io/distroless/nodejs20-debian12
COPY --from=builder /measures/node_modules /measures/node_modules
COPY --from=builder /measures/package.json /measures/pnpm-lock.yaml /measures/pnpm-workspace.yaml /measures/
COPY --from=builder /measures/packages /measures/packages
COPY --from=builder /measures/apps /measures/apps
WORKDIR /measures
EXPOSE 3000
CMD ["apps/api/server.js"]
