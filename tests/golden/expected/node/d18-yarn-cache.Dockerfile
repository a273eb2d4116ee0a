FROM node:20-slim AS builder
WORKDIR /home/node/app
COPY package.json ./
RUN yarn install --production
COPY --chown=node:node . .

FROM node:20-slim
COPY --from=builder --chown=node:node /home/node/app/node_modules /home/node/app/node_modules
COPY --from=builder /home/node/app/package.json /home/node/app/package.json
COPY --from=builder /home/node/app/server.js /home/node/app/server.js
WORKDIR /home/node/app
USER node
EXPOSE 4000
CMD ["yarn", "--silent", "start"]
