FROM golang:1.24 AS builder
ENV TIDE=low
WORKDIR /harbour
COPY . .
RUN CGO_ENABLED=0 go build -o /usr/local/bin/greet *.go

FROM alpine:3.23
ENV TIDE=low
COPY --from=builder /usr/local/bin/greet /usr/local/bin/greet
WORKDIR /harbour
CMD exec /usr/local/bin/greet -tide ${TIDE} 2> /tmp/harbour.log
