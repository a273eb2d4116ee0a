FROM golang:1.24-alpine AS builder
WORKDIR /crc
COPY . .
RUN apk add --no-cache --virtual .build-deps gcc musl-dev \
    && CGO_ENABLED=1 go build -o /usr/local/bin/crc . \
    && apk del .build-deps

FROM alpine:3.23
COPY --from=builder /usr/local/bin/crc /usr/local/bin/crc
WORKDIR /crc
ENTRYPOINT ["crc"]
CMD ["123456789"]
