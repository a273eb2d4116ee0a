FROM golang:1.24 AS builder
WORKDIR /go/src/app
COPY . .
RUN CGO_ENABLED=0 go build -o /worldclock

FROM gcr.io/distroless/static-debian12
COPY --from=builder /worldclock /worldclock
WORKDIR /go/src/app
CMD ["/worldclock", "Europe/Berlin", "Asia/Tokyo"]
