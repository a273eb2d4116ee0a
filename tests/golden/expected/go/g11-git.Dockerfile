FROM golang:1.24 AS builder
WORKDIR /blobid
COPY . .
RUN CGO_ENABLED=0 go build -o /usr/local/bin/blobid .

FROM alpine:3.23
RUN apk add --no-cache git
COPY --from=builder /usr/local/bin/blobid /usr/local/bin/blobid
WORKDIR /blobid
CMD ["blobid", "hello"]
