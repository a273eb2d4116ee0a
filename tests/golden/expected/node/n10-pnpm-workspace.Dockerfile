FROM node:20 AS builder
RUN npm install -g pnpm@9.15.4
WORKDIR /measures
COPY . .
RUN pnpm install --frozen-lockfile
RUN pnpm build

FROM gcr.io/distroless/nodejs20-debian12
COPY --from=builder /measures /measures
WORKDIR /measures
EXPOSE 3000
CMD ["apps/api/server.js"]
