FROM node:20 AS builder
WORKDIR /usr/src/app
COPY package*.json ./
RUN npm ci
COPY . .
ENV NG_CLI_ANALYTICS=false
RUN npx ng build --configuration production
RUN npm prune --omit=dev --ignore-scripts

FROM node:20-alpine
ENV NG_CLI_ANALYTICS=false
COPY --from=builder /usr/src/app/node_modules /usr/src/app/node_modules
COPY --from=builder /usr/src/app/package.json /usr/src/app/package.json
COPY --from=builder /usr/src/app/public /usr/src/app/public
COPY --from=builder /usr/src/app/server /usr/src/app/server
COPY --from=builder /usr/src/app/src /usr/src/app/src
COPY --from=builder /usr/src/app/dist /usr/src/app/dist
WORKDIR /usr/src/app
EXPOSE 8080
CMD ["npm", "run", "serve:prod"]
