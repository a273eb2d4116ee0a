FROM golang:1.24-bookworm AS builder
COPY --from=debian:bookworm-slim /usr/bin/tac /usr/local/bin/backwards
WORKDIR /press
COPY . .
RUN CGO_ENABLED=0 go build -o press .

FROM debian:bookworm-slim
COPY --from=builder /usr/local/bin/backwards /usr/local/bin/backwards
COPY --from=builder /press/notices.txt /press/start.sh /press/
COPY --from=builder /press/editions /press/editions
COPY --from=builder /press/press /press/press
WORKDIR /press
ENTRYPOINT ["./start.sh", "evening"]
CMD ["./press"]
