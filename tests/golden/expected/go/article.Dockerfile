FROM golang:1.19 AS builder
COPY . /app
WORKDIR /app
RUN CGO_ENABLED=0 go build -o myapp

FROM gcr.io/distroless/static-debian12
COPY --from=builder /app/myapp /app/myapp
WORKDIR /app
CMD ["/app/myapp"]
