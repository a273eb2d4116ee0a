FROM golang:1.24 AS builder
WORKDIR /dice
COPY . .
RUN go mod download
RUN CGO_ENABLED=0 go build -o /usr/local/bin/dice .

FROM gcr.io/distroless/static-debian12
COPY --from=builder /dice/page.html /dice/page.html
COPY --from=builder /usr/local/bin/dice /usr/local/bin/dice
WORKDIR /dice
CMD ["/usr/local/bin/dice"]
