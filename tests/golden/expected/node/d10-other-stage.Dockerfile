FROM node:20 AS pages
WORKDIR /pages
COPY pages/ ./
RUN node build.js

FROM node:20 AS server
WORKDIR /srv/shop/
COPY --from=pages /pages/dist ./pages/dist
COPY api/package*.json ./api/
RUN cd api && npm ci
COPY api/server.js ./api/

FROM gcr.io/distroless/nodejs20-debian12
COPY --from=server /srv/shop/pages/dist /srv/shop/pages/dist
COPY --from=server /srv/shop/api /srv/shop/api
WORKDIR /srv/shop/
EXPOSE 3000
CMD ["./api/server.js"]
