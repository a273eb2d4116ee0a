FROM node:20-bookworm AS builder
RUN mkdir -p /home/node/app/node_modules && chown -R node:node /home/node/app
WORKDIR /home/node/app
COPY --chown=node:node package*.json ./
USER node
RUN npm ci
RUN npm prune --omit=dev --ignore-scripts
COPY --chown=node:node . .

FROM gcr.io/distroless/nodejs20-debian12
COPY --from=builder /etc/passwd /etc/group /etc/
COPY --from=builder --chown=node:node /home/node/app/node_modules /home/node/app/node_modules
COPY --from=builder --chown=node:node /home/node/app/package.json /home/node/app/package.json
COPY --from=builder --chown=node:node /home/node/app/app.js /home/node/app/app.js
USER node
WORKDIR /home/node/app
EXPOSE 8080
CMD ["app.js"]
