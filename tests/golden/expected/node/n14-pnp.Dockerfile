FROM node:20 AS builder
RUN npm install -g --force @yarnpkg/cli-dist@4.6.0
RUN yarn config set --home npmRegistryServer "$(npm config get registry)" \
 && yarn config set --home httpsCaFilePath /etc/ssl/certs/ca-certificates.crt
WORKDIR /app
COPY . .
RUN yarn install --immutable

FROM gcr.io/distroless/nodejs20-debian12
COPY --from=builder /app /app
WORKDIR /app
EXPOSE 3000
CMD ["-r", "./.pnp.cjs", "server.js"]
