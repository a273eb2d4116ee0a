FROM node:20 AS builder
RUN npm install -g --force @yarnpkg/cli-dist@4.6.0
RUN yarn config set --home npmRegistryServer "$(npm config get registry)" \
 && yarn config set --home httpsCaFilePath /etc/ssl/certs/ca-certificates.crt
WORKDIR /app
COPY package.json yarn.lock .yarnrc.yml ./
RUN yarn install --immutable
COPY . .
RUN yarn build
RUN YARN_ENABLE_SCRIPTS=0 yarn workspaces focus --all --production

FROM gcr.io/distroless/nodejs20-debian12
COPY --from=builder /app/node_modules /app/node_modules
COPY --from=builder /app/.yarnrc.yml /app/package.json /app/
COPY --from=builder /app/dist /app/dist
WORKDIR /app
EXPOSE 3000
CMD ["dist/server.js"]
