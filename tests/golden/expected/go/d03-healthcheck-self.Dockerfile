FROM golang:1.24 AS builder
WORKDIR /selfcheck
COPY . .
RUN CGO_ENABLED=0 go build -o selfcheck .

FROM gcr.io/distroless/static-debian12
COPY --from=builder /selfcheck/selfcheck /selfcheck/selfcheck
WORKDIR /selfcheck
EXPOSE 8080
HEALTHCHECK CMD ["/selfcheck/selfcheck", "-probe"]
CMD ["/selfcheck/selfcheck"]
