FROM node:20 AS builder
WORKDIR /srv/web
COPY web/package*.json ./
RUN npm ci
COPY web .
RUN npm run build
WORKDIR /srv/api
COPY api/package*.json ./
RUN npm ci
COPY api .

FROM gcr.io/distroless/nodejs20-debian12
COPY --from=builder /srv/api/node_modules /srv/api/node_modules
COPY --from=builder /srv/api/package.json /srv/api/package.json
COPY --from=builder /srv/api/main.js /srv/api/main.js
COPY --from=builder /srv/web/dist /srv/web/dist
WORKDIR /srv/api
EXPOSE 3000
CMD ["main.js"]
