FROM golang:1.19 AS build
WORKDIR /app
COPY go.mod ./
RUN go mod download
COPY . .
RUN --mount=type=cache,target=/root/.cache/go-build CGO_ENABLED=0 go build -trimpath -ldflags="-s -w" -o /myapp .

FROM gcr.io/distroless/static-debian12:nonroot
COPY --from=build /myapp /app/myapp
CMD ["/app/myapp"]
