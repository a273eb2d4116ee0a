FROM golang:1.24 AS builder
WORKDIR /src
COPY go.mod go.sum ./
RUN --mount=type=cache,target=/go/pkg/mod go mod download

# the whole project
COPY . .
RUN --mount=type=cache,target=/go/pkg/mod --mount=type=cache,target=/root/.cache/go-build go vet ./... && CGO_ENABLED=0 go build -o /usr/local/bin/ticket -trimpath -ldflags="-s -w" .

FROM gcr.io/distroless/static-debian12
COPY --from=builder /usr/local/bin/ticket /usr/local/bin/ticket
WORKDIR /src
CMD ["ticket"]
