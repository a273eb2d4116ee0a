FROM node:20 AS builder
WORKDIR /app
COPY package*.json ./
RUN npm ci
COPY . .
RUN npm run build

FROM node:20-slim
COPY --from=builder /app/node_modules /app/node_modules
COPY --from=builder /app/index.html /app/package.json /app/
COPY --from=builder /app/banner.js /app/vite.config.js /app/
COPY --from=builder /app/public /app/public
COPY --from=builder /app/site /app/site
WORKDIR /app
EXPOSE 4173
CMD ["npm", "run", "preview", "--", "--host", "0.0.0.0", "--port", "4173"]
