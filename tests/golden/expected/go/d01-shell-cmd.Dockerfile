FROM golang:1.24 AS builder
ENV PORT=8080 GREETING="Hi there"
WORKDIR /app
COPY . .
RUN CGO_ENABLED=0 go build -o server .

FROM alpine:3.23
ENV PORT=8080 GREETING="Hi there"
COPY --from=builder /app/server /app/server
WORKDIR /app
EXPOSE 8080
CMD /app/server -port ${PORT} -greeting "$GREETING"
