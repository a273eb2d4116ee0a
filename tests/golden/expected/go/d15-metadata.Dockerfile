FROM golang:1.24 AS builder
WORKDIR /signal
COPY . .
RUN CGO_ENABLED=0 go build -o signal .

FROM gcr.io/distroless/static-debian12
MAINTAINER Team Signal <signal@example.com>
LABEL org.opencontainers.image.title="signal" \
      org.opencontainers.image.description="waits for \"INT\""
LABEL team=signal
COPY --from=builder /signal/signal /signal/signal
WORKDIR /signal
EXPOSE 8080/tcp 8125/udp
HEALTHCHECK NONE
STOPSIGNAL SIGINT
CMD ["/signal/signal"]
