FROM golang:1.24 AS builder
WORKDIR /wiki
COPY . .
RUN CGO_ENABLED=0 go build -o /usr/local/bin/wiki .
COPY docker-entrypoint.sh /usr/local/bin/
RUN chmod +x /usr/local/bin/docker-entrypoint.sh

FROM alpine:3.23
ENV WIKI_DIR=/var/lib/wiki
COPY --from=builder /etc/mime.types /etc/mime.types
COPY --from=builder /usr/local/bin/docker-entrypoint.sh /usr/local/bin/docker-entrypoint.sh
COPY --from=builder /usr/local/bin/wiki /usr/local/bin/wiki
WORKDIR /wiki
EXPOSE 8080
ENTRYPOINT ["docker-entrypoint.sh"]
CMD ["wiki"]
