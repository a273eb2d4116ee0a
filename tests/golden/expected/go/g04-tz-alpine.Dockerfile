FROM golang:1.24-alpine AS builder
RUN apk add --no-cache tzdata
ENV TZ=America/New_York
WORKDIR /opening
COPY . .
RUN go build -o /usr/local/bin/opening .

FROM alpine:3.23
ENV TZ=America/New_York
RUN apk add --no-cache tzdata
COPY --from=builder /usr/local/bin/opening /usr/local/bin/opening
WORKDIR /opening
CMD ["opening"]
