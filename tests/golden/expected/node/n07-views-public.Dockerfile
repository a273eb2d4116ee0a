FROM node:20 AS builder
WORKDIR /usr/src/app
COPY package.json package-lock.json /usr/src/app/
RUN npm ci --no-audit
RUN npm prune --omit=dev --ignore-scripts
COPY . /usr/src/app

FROM node:20-alpine
COPY --from=builder /usr/src/app/node_modules /usr/src/app/node_modules
COPY --from=builder /usr/src/app/package.json /usr/src/app/package.json
COPY --from=builder /usr/src/app/app.js /usr/src/app/app.js
COPY --from=builder /usr/src/app/locales /usr/src/app/locales
COPY --from=builder /usr/src/app/public /usr/src/app/public
COPY --from=builder /usr/src/app/views /usr/src/app/views
WORKDIR /usr/src/app
EXPOSE 3000
CMD node app.js
