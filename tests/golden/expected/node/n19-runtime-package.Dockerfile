FROM node:20 AS builder
RUN apt-get update && apt-get install -y --no-install-recommends graphicsmagick && rm -rf /var/lib/apt/lists/*
WORKDIR /thumbs
COPY package*.json ./
RUN npm ci
COPY . .

FROM node:20-slim
RUN apt-get update && apt-get install -y --no-install-recommends graphicsmagick && rm -rf /var/lib/apt/lists/*
COPY --from=builder /thumbs/node_modules /thumbs/node_modules
COPY --from=builder /thumbs/package.json /thumbs/package.json
COPY --from=builder /thumbs/app.js /thumbs/app.js
WORKDIR /thumbs
EXPOSE 3000
CMD ["node", "app.js"]
