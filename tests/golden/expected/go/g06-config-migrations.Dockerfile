FROM golang:1.24-bookworm AS builder
WORKDIR /srv/inventory
COPY go.mod go.sum ./
RUN go mod download
COPY . .
RUN CGO_ENABLED=0 go build -o inventory ./cmd/inventory

FROM gcr.io/distroless/static-debian12
ENV MIGRATIONS_DIR=/srv/inventory/db/migrations
COPY --from=builder /srv/inventory/db/migrations /srv/inventory/db/migrations
COPY --from=builder /srv/inventory/config /srv/inventory/config
COPY --from=builder /srv/inventory/inventory /srv/inventory/inventory
WORKDIR /srv/inventory
EXPOSE 8080
ENTRYPOINT ["./inventory"]
CMD ["--config", "config/production.yaml"]
