FROM node:20 AS builder
RUN npm install -g bun@1.4.5
WORKDIR /app
COPY package.json bun.lock ./
RUN bun install --frozen-lockfile
COPY . .
RUN bun run build
RUN bun prune --production

FROM node:20-slim
COPY --from=builder /app/node_modules /app/node_modules
COPY --from=builder /usr/local/lib/node_modules/bun /usr/local/lib/node_modules/bun
COPY --from=builder /app/bun.lock /app/package.json /app/tsconfig.json /app/
COPY --from=builder /app/src /app/src
COPY --from=builder /app/lib /app/lib
RUN npm rebuild -g --ignore-scripts bun
WORKDIR /app
EXPOSE 3000
CMD ["bun", "run", "start"]
