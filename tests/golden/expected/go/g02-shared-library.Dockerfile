FROM golang:1.24-bookworm AS builder
RUN apt-get update \
    && apt-get install -y --no-install-recommends libsqlite3-dev pkg-config \
    && rm -rf /var/lib/apt/lists/*
WORKDIR /query
COPY . .
RUN go build -o /usr/local/bin/query .

FROM debian:bookworm-slim
RUN apt-get update && apt-get install -y --no-install-recommends libsqlite3-0 && rm -rf /var/lib/apt/lists/*
COPY --from=builder /usr/local/bin/query /usr/local/bin/query
WORKDIR /query
CMD ["/usr/local/bin/query", "select 6 * 7"]
