FROM golang:1.24-bookworm AS builder
# the intranet's certificates are signed by our own root
COPY certs/corp-root.crt /usr/local/share/ca-certificates/corp-root.crt
RUN update-ca-certificates
WORKDIR /app
COPY . .
RUN CGO_ENABLED=0 go build -o trust .

FROM gcr.io/distroless/static-debian12
COPY --from=builder /etc/ssl/certs /etc/ssl/certs
COPY --from=builder /usr/local/share/ca-certificates/corp-root.crt /usr/local/share/ca-certificates/corp-root.crt
COPY --from=builder /app/trust /app/trust
WORKDIR /app
CMD ["/app/trust"]
