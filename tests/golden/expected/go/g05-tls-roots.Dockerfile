FROM golang:1.24-bookworm AS builder
COPY . /roots
WORKDIR /roots
RUN go vet ./... && CGO_ENABLED=0 go build -o roots .

FROM gcr.io/distroless/static-debian12
COPY --from=builder /roots/roots /roots/roots
WORKDIR /roots
CMD ["./roots"]
