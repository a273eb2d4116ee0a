FROM golang:1.24 AS builder

WORKDIR /go/src/greet
COPY . .

RUN go mod download
RUN CGO_ENABLED=0 go install ./...

FROM gcr.io/distroless/static-debian12
ENV PATH=/go/bin:$PATH
COPY --from=builder /go/bin/greet /go/bin/greet
WORKDIR /go/src/greet
CMD ["greet", "-lang", "de"]
