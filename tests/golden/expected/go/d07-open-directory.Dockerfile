FROM golang:1.24 AS builder
WORKDIR /ferry
COPY . .
RUN CGO_ENABLED=0 go build -o /usr/local/bin/tickets . && mkdir printed && chmod 777 printed

FROM alpine:3.23
COPY --from=builder --chmod=777 /ferry/printed /ferry/printed
RUN chmod 777 /ferry/printed
COPY --from=builder /usr/local/bin/tickets /usr/local/bin/tickets
WORKDIR /ferry
USER 12345
CMD ["tickets"]
