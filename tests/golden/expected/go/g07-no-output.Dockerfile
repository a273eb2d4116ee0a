FROM golang:1.24 AS builder
WORKDIR /build
COPY . .
RUN CGO_ENABLED=0 go build

FROM gcr.io/distroless/static-debian12
COPY --from=builder /build/wordcount /build/wordcount
WORKDIR /build
ENTRYPOINT ["/build/wordcount"]
CMD ["the quick brown fox jumps over the lazy dog"]
