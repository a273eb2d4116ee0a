FROM node:20 AS builder
WORKDIR /diary
COPY package*.json ./
RUN npm ci
COPY . .
RUN chown node:node /diary

FROM gcr.io/distroless/nodejs20-debian12
COPY --from=builder /etc/passwd /etc/group /etc/
USER node
WORKDIR /diary
COPY --from=builder /diary/node_modules /diary/node_modules
COPY --from=builder --chown=node:node /diary/package.json /diary/package.json
COPY --from=builder --chown=node:node /diary/server.js /diary/server.js
EXPOSE 3000
CMD ["server.js"]
