FROM node:20-slim AS builder
WORKDIR /bot
COPY package*.json ./
RUN npm ci
COPY . .
RUN npm run bundle

FROM gcr.io/distroless/nodejs20-debian12
COPY --from=builder /bot/package.json /bot/package.json
COPY --from=builder /bot/out /bot/out
WORKDIR /bot
CMD ["out/bot.js"]
