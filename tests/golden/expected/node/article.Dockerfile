FROM node:19 AS builder
COPY . /app
WORKDIR /app
RUN npm install && npm run build
RUN npm prune --omit=dev --ignore-scripts

FROM node:19-alpine
COPY --from=builder /app/node_modules /app/node_modules
COPY --from=builder /app/package.json /app/package.json
COPY --from=builder /app/dist /app/dist
WORKDIR /app
CMD ["node", "/app/dist/main.js"]
