FROM node:20 AS builder
RUN npm install -g bun@1.1.45
WORKDIR /app
COPY package.json bun.lock ./
RUN bun install --frozen-lockfile
COPY . .

FROM node:20-slim
COPY --from=builder /app/node_modules /app/node_modules
COPY --from=builder /usr/local/lib/node_modules/bun /usr/local/lib/node_modules/bun
COPY --from=builder /app/bun.lock /app/package.json /app/tsconfig.json /app/
COPY --from=builder /app/src /app/src
RUN npm rebuild -g --ignore-scripts bun
WORKDIR /app
EXPOSE 3000
CMD ["bun", "run", "start"]
