FROM golang:1.24 AS builder
WORKDIR /harbour
COPY . .
RUN ["env", "CGO_ENABLED=0", "go", "build", "-o", "/usr/local/bin/tides", "."]

FROM gcr.io/distroless/static-debian12
COPY --from=builder /usr/local/bin/tides /usr/local/bin/tides
WORKDIR /harbour
ENTRYPOINT ["tides"]
