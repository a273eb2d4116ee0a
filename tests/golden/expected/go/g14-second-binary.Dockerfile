FROM golang:1.24 AS builder
WORKDIR /queue
COPY . .
RUN CGO_ENABLED=0 go build -o /queue/bin/server ./cmd/server && CGO_ENABLED=0 go build -o /queue/bin/migrate ./cmd/migrate
COPY start.sh /queue/start.sh
RUN chmod +x /queue/start.sh

FROM alpine:3.23
COPY --from=builder /queue/start.sh /queue/start.sh
COPY --from=builder /queue/bin/migrate /queue/bin/server /queue/bin/
WORKDIR /queue
CMD ["/queue/start.sh"]
