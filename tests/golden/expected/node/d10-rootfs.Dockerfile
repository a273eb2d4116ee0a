FROM node:20 AS builder
# settings and a start script go to the places where the system looks for them
COPY rootfs /
WORKDIR /lantern
COPY main.js .

FROM node:20-alpine
COPY --from=builder /etc/lantern/settings.json /etc/lantern/settings.json
COPY --from=builder /lantern/main.js /lantern/main.js
COPY --from=builder /usr/local/bin/lantern-start /usr/local/bin/lantern-start
WORKDIR /lantern
CMD ["lantern-start"]
