FROM node:20-alpine AS builder
RUN npm install -g pnpm@9.15.4 && npm cache clean --force
WORKDIR /usr/src/app
COPY package.json .
RUN pnpm install
COPY . .

FROM node:20-alpine
COPY --from=builder /usr/src/app/node_modules /usr/src/app/node_modules
COPY --from=builder /usr/local/lib/node_modules/pnpm /usr/local/lib/node_modules/pnpm
COPY --from=builder /usr/src/app/package.json /usr/src/app/package.json
COPY --from=builder /usr/src/app/index.js /usr/src/app/index.js
RUN npm rebuild -g --ignore-scripts pnpm
WORKDIR /usr/src/app
EXPOSE 3000
CMD ["pnpm", "start"]
