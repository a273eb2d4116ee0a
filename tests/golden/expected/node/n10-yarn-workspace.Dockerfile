FROM node:20 AS builder
WORKDIR /srv/greetings
COPY package.json yarn.lock ./
COPY server/package.json server/
COPY shared/package.json shared/
RUN yarn install --frozen-lockfile
RUN yarn install --production --ignore-scripts --prefer-offline
COPY . .

FROM node:20-slim
COPY --from=builder /srv/greetings/node_modules /srv/greetings/node_modules
COPY --from=builder /srv/greetings/package.json /srv/greetings/yarn.lock /srv/greetings/
COPY --from=builder /srv/greetings/shared /srv/greetings/shared
COPY --from=builder /srv/greetings/server /srv/greetings/server
WORKDIR /srv/greetings
EXPOSE 3000
CMD ["yarn", "start"]
