FROM golang:1.24-alpine AS builder

RUN apk add --no-cache build-base

WORKDIR /roman
COPY . .
ENV CGO_ENABLED=1
RUN go build -ldflags '-linkmode external -extldflags "-static"' -o roman .

FROM gcr.io/distroless/static-debian12
ENV CGO_ENABLED=1
COPY --from=builder /roman/roman /roman/roman
WORKDIR /roman
ENTRYPOINT ["/roman/roman"]
CMD ["1994"]
