FROM node:20 AS builder
WORKDIR /app
COPY package*.json ./
RUN npm ci
COPY . .

FROM node:20-alpine
COPY --from=builder /app/node_modules /app/node_modules
COPY --from=builder /app/package.json /app/tsconfig.json /app/
COPY --from=builder /app/src /app/src
WORKDIR /app
EXPOSE 3000
CMD ["npm", "start"]
