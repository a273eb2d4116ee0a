FROM node:20 AS builder
RUN npm install -g pnpm@9.15.4
WORKDIR /repo
COPY . .
RUN pnpm install --frozen-lockfile
RUN pnpm -r run build
RUN pnpm --filter=@post/api --prod deploy /srv/api
WORKDIR /srv/api

FROM gcr.io/distroless/nodejs20-debian12
ENV NODE_ENV=production
COPY --from=builder /srv/api /srv/api
WORKDIR /srv/api
EXPOSE 3000
CMD ["dist/server.js"]
