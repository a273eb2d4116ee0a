FROM node:20 AS builder
RUN corepack enable
WORKDIR /app
COPY package.json yarn.lock .yarnrc.yml ./
RUN registry="$(npm config get registry)" \
 && export COREPACK_NPM_REGISTRY="${registry%/}" COREPACK_INTEGRITY_KEYS=0 \
 && yarn config set --home npmRegistryServer "$registry" \
 && yarn config set --home httpsCaFilePath /etc/ssl/certs/ca-certificates.crt
RUN yarn install --immutable
COPY . .
RUN yarn build
RUN YARN_ENABLE_SCRIPTS=0 yarn workspaces focus --all --production

FROM node:20-slim
COPY --from=builder /app/node_modules /app/node_modules
COPY --from=builder /root/.cache/node/corepack /root/.cache/node/corepack
COPY --from=builder /app/.yarnrc.yml /app/package.json /app/yarn.lock /app/
COPY --from=builder /app/dist /app/dist
RUN corepack enable
WORKDIR /app
EXPOSE 3000
CMD ["yarn", "start"]
