FROM node:20 AS builder
WORKDIR /site
COPY package*.json ./
RUN npm ci
COPY . .
RUN npm run build
RUN npm prune --omit=dev --ignore-scripts

FROM node:20-alpine
ENV NODE_ENV=production
COPY --from=builder /site/node_modules /site/node_modules
COPY --from=builder /site/package.json /site/package.json
COPY --from=builder /site/public /site/public
COPY --from=builder /site/server /site/server
WORKDIR /site
EXPOSE 3000
CMD ["node_modules/.bin/remix-serve", "./server/index.js"]
