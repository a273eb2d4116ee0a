FROM golang:1.24-bookworm AS builder
WORKDIR /fleet
COPY . .
RUN for cmd in captain crew; do CGO_ENABLED=0 go build -o /usr/local/bin/$cmd ./cmd/$cmd || exit 1; done

FROM gcr.io/distroless/static-debian12
COPY --from=builder /usr/local/bin/captain /usr/local/bin/crew /usr/local/bin/
WORKDIR /fleet
CMD ["captain"]
