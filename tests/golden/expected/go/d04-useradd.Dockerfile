FROM golang:1.24-bookworm AS builder

RUN groupadd --gid 1500 book && \
    useradd --uid 1500 --gid book --home-dir /srv/guestbook --create-home --shell /usr/sbin/nologin book

WORKDIR /srv/guestbook
COPY --chown=book:book . .
RUN CGO_ENABLED=0 go build -o /usr/local/bin/guestbook . && \
    mkdir -p /data && chown -R book:book /data

FROM gcr.io/distroless/static-debian12
COPY --from=builder /etc/passwd /etc/group /etc/
COPY --from=builder --chown=book:book /data /data
COPY --from=builder --chown=book /srv/guestbook /srv/guestbook
COPY --from=builder /usr/local/bin/guestbook /usr/local/bin/guestbook
USER book
WORKDIR /srv/guestbook
EXPOSE 8080
VOLUME /data
CMD ["guestbook"]
