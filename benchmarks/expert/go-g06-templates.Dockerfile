FROM golang:1.24 AS build
WORKDIR /blog
COPY go.mod ./
RUN go mod download
COPY *.go ./
RUN --mount=type=cache,target=/root/.cache/go-build CGO_ENABLED=0 go build -trimpath -ldflags="-s -w" -o blog .

FROM gcr.io/distroless/static-debian12:nonroot
WORKDIR /blog
COPY static static
COPY templates templates
COPY --from=build /blog/blog .
EXPOSE 8080
CMD ["./blog"]
