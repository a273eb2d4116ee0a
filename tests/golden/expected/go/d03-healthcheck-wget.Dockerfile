FROM golang:1.24-alpine AS builder
WORKDIR /beat
COPY . .
RUN go build -o /beat/beat .

FROM alpine:3.23
COPY --from=builder /beat/beat /beat/beat
WORKDIR /beat
EXPOSE 8080
HEALTHCHECK --interval=5s CMD wget -q -O /dev/null http://127.0.0.1:8080/ || exit 1
CMD ["/beat/beat"]
