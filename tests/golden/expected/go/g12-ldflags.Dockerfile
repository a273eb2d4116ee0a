FROM golang:1.24 AS builder
ARG VERSION=dev
ARG COMMIT
WORKDIR /src
COPY . .
RUN CGO_ENABLED=0 go build -ldflags "-s -w -X main.version=${VERSION} -X example.com/buildinfo/build.Commit=${COMMIT}" -o /app .

FROM gcr.io/distroless/static-debian12
ARG VERSION=dev
LABEL org.opencontainers.image.version=$VERSION
COPY --from=builder /app /app
WORKDIR /src
ENTRYPOINT ["/app"]
