FROM node:20 AS builder
WORKDIR /ferry
COPY package*.json ./
RUN npm ci
COPY . .

FROM node:20-alpine
COPY --from=builder /ferry/node_modules /ferry/node_modules
COPY --from=builder /ferry/package.json /ferry/package.json
COPY --from=builder /ferry/report.js /ferry/server.js /ferry/
WORKDIR /ferry
EXPOSE 8080
CMD ["node", "server.js"]
