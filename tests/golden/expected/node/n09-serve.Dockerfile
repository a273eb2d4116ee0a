FROM node:20 AS builder
WORKDIR /app
COPY package*.json ./
RUN npm ci
COPY . .
RUN npm run build
RUN npm install -g serve@14.2.4

FROM node:20-alpine
COPY --from=builder /usr/local/lib/node_modules/serve /usr/local/lib/node_modules/serve
COPY --from=builder /app/dist /app/dist
RUN npm rebuild -g --ignore-scripts serve
WORKDIR /app
EXPOSE 3000
CMD ["serve", "-s", "dist", "-l", "3000"]
