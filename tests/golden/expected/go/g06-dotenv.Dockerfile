FROM golang:1.24 AS builder
WORKDIR /mailer
COPY . ./
RUN CGO_ENABLED=0 go build -o mailer

FROM gcr.io/distroless/static-debian12
COPY --from=builder /mailer/.env /mailer/.env
COPY --from=builder /mailer/mailer /mailer/mailer
WORKDIR /mailer
CMD ["/mailer/mailer"]
