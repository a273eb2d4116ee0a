# syntax=docker/dockerfile:1
FROM golang:1.24 AS builder

WORKDIR /recipe
COPY . .

RUN <<SETUP
set -e
go vet ./...
CGO_ENABLED=0 go build -o recipe .
mkdir -p /etc/recipe
SETUP

COPY <<PANTRY /etc/recipe/pantry.txt
flour
water
# not a comment of the Dockerfile
salt
PANTRY

FROM gcr.io/distroless/static-debian12
COPY --from=builder /etc/recipe /etc/recipe
COPY --from=builder /recipe/recipe /recipe/recipe
WORKDIR /recipe
CMD ["/recipe/recipe"]
