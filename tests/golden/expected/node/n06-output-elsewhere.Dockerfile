FROM node:20 AS builder
RUN npm install -g serve@14.2.4
WORKDIR /build
COPY package*.json ./
RUN npm ci
COPY . .
RUN npx vite build --outDir /srv/shop --emptyOutDir

FROM node:20-alpine
COPY --from=builder /usr/local/lib/node_modules/serve /usr/local/lib/node_modules/serve
COPY --from=builder /srv/shop /srv/shop
RUN npm rebuild -g --ignore-scripts serve
WORKDIR /build
EXPOSE 3000
CMD ["serve", "-l", "3000", "/srv/shop"]
