FROM golang:1.24-alpine AS builder
ADD . /radio
RUN cd /radio && CGO_ENABLED=0 go build -o /usr/local/bin/tune ./cmd/tune

FROM gcr.io/distroless/static-debian12
COPY --from=builder /usr/local/bin/tune /usr/local/bin/tune
WORKDIR /radio
ENTRYPOINT ["/usr/local/bin/tune"]
CMD ["-station", "jazz"]
