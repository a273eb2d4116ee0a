FROM node:20 AS builder
RUN npm install -g pm2@5.4.3
WORKDIR /app
COPY package*.json ./
RUN npm ci
COPY . .

FROM node:20-alpine
COPY --from=builder /app/node_modules /app/node_modules
COPY --from=builder /usr/local/lib/node_modules/pm2 /usr/local/lib/node_modules/pm2
COPY --from=builder /app/package.json /app/package.json
COPY --from=builder /app/ecosystem.config.js /app/web.js /app/
RUN npm rebuild -g --ignore-scripts pm2
WORKDIR /app
EXPOSE 3000
CMD ["pm2-runtime", "ecosystem.config.js"]
