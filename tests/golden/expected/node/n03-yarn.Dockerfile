FROM node:20 AS builder
WORKDIR /opt/service
COPY package.json yarn.lock ./
RUN yarn install --frozen-lockfile
COPY . .
RUN yarn build
RUN yarn install --production --ignore-scripts --prefer-offline

FROM node:20-slim
COPY --from=builder /opt/service/node_modules /opt/service/node_modules
COPY --from=builder /opt/service/package.json /opt/service/yarn.lock /opt/service/
COPY --from=builder /opt/service/build /opt/service/build
WORKDIR /opt/service
EXPOSE 3000
CMD ["yarn", "start"]
