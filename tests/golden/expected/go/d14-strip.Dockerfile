FROM golang:1.24-bookworm AS builder
WORKDIR /thin
COPY . .
RUN CGO_ENABLED=0 go build -o thin .
RUN strip thin && chmod 0755 thin && chown 65534:65534 thin

FROM gcr.io/distroless/static-debian12
COPY --from=builder /thin/thin /thin/thin
WORKDIR /thin
USER nobody
CMD ["/thin/thin"]
