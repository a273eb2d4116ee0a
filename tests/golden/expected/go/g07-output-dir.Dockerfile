FROM golang:1.24-bookworm AS builder
WORKDIR /src
COPY . .
RUN mkdir -p bin && CGO_ENABLED=0 go build -o bin/ ./cmd/...

FROM gcr.io/distroless/static-debian12
COPY --from=builder /src/bin/shopd /src/bin/shopd
WORKDIR /src
CMD ["/src/bin/shopd"]
