FROM golang:1.24 AS builder
WORKDIR /spool
COPY . .
RUN CGO_ENABLED=0 go build -o spool . \
 && mkdir -p /var/spool/jobs/incoming /var/log/spool \
 && chown -R www-data:www-data /var/spool/jobs /var/log/spool \
 && chmod 2770 /var/spool/jobs/incoming

FROM alpine:3.23
COPY --from=builder /etc/passwd /etc/group /etc/
COPY --from=builder --chown=www-data:www-data --chmod=770 /var/spool/jobs/incoming /var/spool/jobs/incoming
COPY --from=builder --chown=www-data:www-data /var/log/spool /var/log/spool
RUN chmod 2770 /var/spool/jobs/incoming
COPY --from=builder /spool/spool /spool/spool
WORKDIR /spool
USER www-data
VOLUME ["/var/spool/jobs"]
CMD ["/spool/spool"]
