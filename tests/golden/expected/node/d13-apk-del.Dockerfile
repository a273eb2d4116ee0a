FROM node:20-alpine AS builder
WORKDIR /app
COPY package*.json ./
RUN apk add --no-cache --virtual .gyp python3 make g++ \
    && npm ci --build-from-source \
    && apk del .gyp
COPY . .

FROM node:20-alpine
COPY --from=builder /app/node_modules /app/node_modules
COPY --from=builder /app/package.json /app/package.json
COPY --from=builder /app/mask.js /app/mask.js
WORKDIR /app
CMD ["node", "mask.js"]
