FROM golang:1.24 AS builder
WORKDIR /blog
COPY . .
RUN CGO_ENABLED=0 go build -o blog .

FROM gcr.io/distroless/static-debian12
COPY --from=builder /blog/templates /blog/templates
COPY --from=builder /blog/static /blog/static
COPY --from=builder /blog/blog /blog/blog
WORKDIR /blog
EXPOSE 8080
CMD ["./blog"]
