FROM node:20 AS builder
WORKDIR /app
ADD . /app
RUN npm ci

FROM node:20-alpine
COPY --from=builder /app/node_modules /app/node_modules
COPY --from=builder /app/package.json /app/package.json
COPY --from=builder /app/server.js /app/server.js
WORKDIR /app
EXPOSE 3000
CMD ["npm", "run", "serve"]
