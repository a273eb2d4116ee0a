FROM golang:1.24 AS builder
WORKDIR /opt/dict
COPY . .
RUN CGO_ENABLED=0 go build -o dict .

FROM gcr.io/distroless/static-debian12
COPY --from=builder /opt/dict/assets/words.tsv /opt/dict/assets/words.tsv
COPY --from=builder /opt/dict/dict /opt/dict/dict
WORKDIR /
ENTRYPOINT ["/opt/dict/dict"]
CMD ["moon"]
