FROM node:20 AS builder
RUN mkdir -p /tmp/spool && mkdir /tmp/work && cd /tmp/work && echo done > state
WORKDIR /press
COPY press.js .

FROM gcr.io/distroless/nodejs20-debian12
COPY --from=builder /tmp/spool /tmp/spool
COPY --from=builder /press/press.js /press/press.js
WORKDIR /press
CMD ["press.js"]
