FROM golang:1.24-bookworm AS builder
WORKDIR /primes
COPY . .
RUN go build -o primes

FROM gcr.io/distroless/base-debian12
COPY --from=builder /primes/primes /primes/primes
WORKDIR /primes
ENTRYPOINT ["./primes"]
CMD ["30"]
