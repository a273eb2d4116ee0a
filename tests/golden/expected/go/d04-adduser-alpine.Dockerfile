FROM golang:1.24-alpine AS builder
RUN addgroup -g 10001 -S locker && adduser -u 10001 -S -D -H -G locker locker
WORKDIR /locker
COPY . .
RUN go build -o /bin/locker . && mkdir /locker/state && chown locker:locker /locker/state && chmod 0700 /locker/state

FROM gcr.io/distroless/static-debian12
COPY --from=builder /etc/passwd /etc/group /etc/
COPY --from=builder --chown=locker:locker --chmod=700 /locker/state /locker/state
COPY --from=builder /bin/locker /bin/locker
WORKDIR /locker
USER locker
CMD ["/bin/locker"]
