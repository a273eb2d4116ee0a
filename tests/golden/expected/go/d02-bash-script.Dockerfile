FROM golang:1.24-bookworm AS builder
WORKDIR /banner
COPY . .
RUN CGO_ENABLED=0 go build -o banner .

FROM alpine:3.23
RUN apk add --no-cache bash
COPY --from=builder /banner/run.sh /banner/run.sh
COPY --from=builder /banner/banner /banner/banner
WORKDIR /banner
ENTRYPOINT ["./run.sh"]
