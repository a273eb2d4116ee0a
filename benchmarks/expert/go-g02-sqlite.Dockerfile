FROM golang:1.24-bookworm AS build
WORKDIR /ledger
COPY go.mod go.sum ./
RUN --mount=type=cache,target=/go/pkg/mod go mod download
COPY . .
RUN --mount=type=cache,target=/go/pkg/mod --mount=type=cache,target=/root/.cache/go-build \
    go build -trimpath -ldflags="-s -w" -o ledger .

FROM gcr.io/distroless/base-debian12:nonroot
COPY --from=build /ledger/ledger /ledger/ledger
CMD ["/ledger/ledger"]
