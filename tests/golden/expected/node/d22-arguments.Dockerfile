ARG NODE_IMAGE
FROM ${NODE_IMAGE} AS builder
WORKDIR /srv/tides
COPY package.json ./
COPY tides.js server.js ./

FROM gcr.io/distroless/nodejs20-debian12
COPY --from=builder /srv/tides/package.json /srv/tides/package.json
COPY --from=builder /srv/tides/server.js /srv/tides/tides.js /srv/tides/
WORKDIR /srv/tides
EXPOSE 8080
CMD ["server.js"]
