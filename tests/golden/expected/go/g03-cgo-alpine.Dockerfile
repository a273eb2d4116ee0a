FROM golang:1.24-alpine AS builder
RUN apk add --no-cache gcc musl-dev
WORKDIR /src
COPY . .
RUN CGO_ENABLED=1 go build -o /usr/bin/checksum .

FROM alpine:3.23
RUN apk add --no-cache libgcc
COPY --from=builder /usr/bin/checksum /usr/bin/checksum
WORKDIR /src
CMD ["checksum", "stage", "craft"]
