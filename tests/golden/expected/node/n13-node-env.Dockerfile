FROM node:20 AS builder
ENV NODE_ENV production
WORKDIR /app
COPY package*.json ./
RUN npm ci
COPY . .

FROM gcr.io/distroless/nodejs20-debian12
ENV NODE_ENV production
COPY --from=builder /app/node_modules /app/node_modules
COPY --from=builder /app/package.json /app/page.mustache /app/
COPY --from=builder /app/index.js /app/index.js
WORKDIR /app
EXPOSE 3000
CMD ["index.js"]
