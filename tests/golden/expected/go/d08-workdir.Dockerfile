FROM golang:1.24 AS builder
WORKDIR /src
COPY . .
RUN CGO_ENABLED=0 go build -o /usr/local/bin/cwd .

FROM gcr.io/distroless/static-debian12
COPY --from=builder /usr/local/bin/cwd /usr/local/bin/cwd
WORKDIR /var/lib
WORKDIR cwd/work
CMD ["cwd"]
