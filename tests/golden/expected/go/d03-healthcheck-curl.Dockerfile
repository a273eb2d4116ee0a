FROM golang:1.24-bookworm AS builder
WORKDIR /pulse
COPY . .
RUN CGO_ENABLED=0 go build -o pulse .

FROM alpine:3.23
RUN apk add --no-cache curl
COPY --from=builder /pulse/pulse /pulse/pulse
WORKDIR /pulse
EXPOSE 8080
HEALTHCHECK --interval=10s --timeout=3s --retries=3 \
  CMD curl -fsS http://localhost:8080/healthz || exit 1
CMD ["/pulse/pulse"]
