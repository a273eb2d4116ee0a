FROM golang:1.24-bookworm AS builder
COPY tally /tmp/tally
RUN cd /tmp/tally && make && make install && ldconfig
WORKDIR /count
COPY go.mod main.go ./
RUN go build -o count .

FROM debian:bookworm-slim
COPY --from=builder /usr/local/lib /usr/local/lib
COPY --from=builder /usr/local/share /usr/local/share
COPY --from=builder /count/count /count/count
RUN ldconfig
WORKDIR /count
CMD ["./count"]
