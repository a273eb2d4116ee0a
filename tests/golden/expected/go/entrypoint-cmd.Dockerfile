FROM golang:1.24-bookworm AS builder
WORKDIR /units
COPY go.* ./
RUN go mod download
COPY *.go ./
RUN CGO_ENABLED=0 go build -ldflags="-s -w" -o /usr/local/bin/units .

FROM gcr.io/distroless/static-debian12
COPY --from=builder /usr/local/bin/units /usr/local/bin/units
WORKDIR /units
ENTRYPOINT ["units"]
CMD ["--help"]
