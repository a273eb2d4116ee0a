FROM alpine:3.23 AS page
WORKDIR /page
COPY page/make.sh .
RUN sh make.sh

FROM golang:1.24 AS builder
WORKDIR /counter
COPY go.mod main.go ./
COPY --from=page /page/out ./public
RUN CGO_ENABLED=0 go build -o counter .

FROM gcr.io/distroless/static-debian12
COPY --from=builder /counter/public /counter/public
COPY --from=builder /counter/counter /counter/counter
WORKDIR /counter
EXPOSE 8080
CMD ["./counter"]
