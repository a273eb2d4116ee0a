FROM golang:1.24 AS build
WORKDIR /src
COPY go.mod go.sum ./
RUN --mount=type=cache,target=/go/pkg/mod go mod download
COPY . .
RUN --mount=type=cache,target=/go/pkg/mod --mount=type=cache,target=/root/.cache/go-build \
    go vet ./... && CGO_ENABLED=0 go build -trimpath -ldflags="-s -w" -o /ticket .

FROM gcr.io/distroless/static-debian12:nonroot
COPY --from=build /ticket /usr/local/bin/ticket
CMD ["ticket"]
