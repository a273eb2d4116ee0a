FROM golang:1.24-bookworm AS builder

WORKDIR /ledger
COPY go.mod go.sum ./
RUN go mod download
COPY . .
RUN go build -o ledger .

FROM gcr.io/distroless/base-debian12
COPY --from=builder /ledger/ledger /ledger/ledger
WORKDIR /ledger
CMD ["/ledger/ledger"]
