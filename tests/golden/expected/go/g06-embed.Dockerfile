FROM golang:1.24-alpine AS builder
WORKDIR /quotes
COPY . .
RUN go build -o /quotes/bin/quotes .

FROM gcr.io/distroless/static-debian12
COPY --from=builder /quotes/bin/quotes /quotes/bin/quotes
WORKDIR /quotes
CMD ["/quotes/bin/quotes"]
