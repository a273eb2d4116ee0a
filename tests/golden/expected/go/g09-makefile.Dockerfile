FROM golang:1.24 AS builder
WORKDIR /src
COPY . .
RUN CGO_ENABLED=0 make build

FROM gcr.io/distroless/static-debian12
COPY --from=builder /src/bin/adder /src/bin/adder
WORKDIR /src
ENTRYPOINT ["/src/bin/adder"]
CMD ["19", "23"]
