FROM golang:1.24-bookworm AS builder
RUN mkdir -p /etc/motd.d && echo "welcome = Mind the gap" > /etc/motd.d/base.conf && \
    ln -s /etc/motd.d/base.conf /etc/motd.conf && \
    sed -i 's/gap/step/' /etc/motd.d/base.conf
WORKDIR /motd
COPY . .
RUN CGO_ENABLED=0 go build -o /usr/local/bin/motd .

FROM alpine:3.23
RUN mkdir -p /etc && { [ -e /etc/motd.conf ] || ln -sf /etc/motd.d/base.conf /etc/motd.conf; }
COPY --from=builder /etc/motd.d /etc/motd.d
COPY --from=builder /usr/local/bin/motd /usr/local/bin/motd
WORKDIR /motd
CMD ["/usr/local/bin/motd", "/etc/motd.conf"]
