FROM golang:1.24-alpine AS builder
WORKDIR /clockwork
COPY . .
RUN go build -o /usr/local/bin/clockwork .

FROM gcr.io/distroless/static-debian12
COPY --from=builder /usr/local/bin/clockwork /usr/local/bin/clockwork
WORKDIR /clockwork
EXPOSE 8080
CMD ["clockwork"]
