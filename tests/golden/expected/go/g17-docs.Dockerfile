FROM golang:1.24 AS builder
WORKDIR /petapi
COPY . .
RUN CGO_ENABLED=0 go build -o petapi ./cmd/petapi

FROM gcr.io/distroless/static-debian12
COPY --from=builder /petapi/docs/openapi.json /petapi/docs/openapi.json
COPY --from=builder /petapi/web/public /petapi/web/public
COPY --from=builder /petapi/petapi /petapi/petapi
WORKDIR /petapi
CMD ["./petapi"]
