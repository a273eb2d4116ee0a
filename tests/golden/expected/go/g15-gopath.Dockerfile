FROM golang:1.24 AS builder
ENV GO111MODULE=off
ADD . /go/src/example.com/acme/tally
RUN CGO_ENABLED=0 go install example.com/acme/tally

FROM gcr.io/distroless/static-debian12
ENV GO111MODULE=off
COPY --from=builder /go/bin/tally /go/bin/tally
WORKDIR /go
ENTRYPOINT ["/go/bin/tally"]
