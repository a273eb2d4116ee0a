FROM golang:1.24 AS builder

WORKDIR /opt/uptime
ADD . .
RUN go get -v ./... && CGO_ENABLED=0 go build -v -o uptime .

FROM gcr.io/distroless/static-debian12
COPY --from=builder /opt/uptime/uptime /opt/uptime/uptime
WORKDIR /opt/uptime
EXPOSE 9000
CMD ["./uptime", "-listen", ":9000"]
