FROM golang:1.24-bookworm AS builder
WORKDIR /src
COPY go.mod ./
COPY cmd ./cmd
RUN CGO_ENABLED=0 go build -o /opt/ferry/bin/ ./cmd/...

FROM alpine:3.23
ENV PATH=/opt/ferry/bin:$PATH
COPY --from=builder /opt/ferry/bin/api /opt/ferry/bin/worker /opt/ferry/bin/
WORKDIR /src
CMD ["api"]
