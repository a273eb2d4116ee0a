ARG GO_TAG=1.24-bookworm
FROM golang:${GO_TAG} AS builder

ARG APP_USER=65532
ARG PORT=8080
ARG REVISION=unknown

ENV LISTEN=:${PORT}

WORKDIR /stamp
COPY . .
RUN CGO_ENABLED=0 go build -o /usr/local/bin/stamp .

FROM gcr.io/distroless/static-debian12
ARG APP_USER=65532
ARG PORT=8080
ARG REVISION=unknown
LABEL org.opencontainers.image.revision="${REVISION}"
ENV LISTEN=:${PORT}
COPY --from=builder /etc/passwd /etc/group /etc/
COPY --from=builder /usr/local/bin/stamp /usr/local/bin/stamp
WORKDIR /stamp
USER ${APP_USER}
EXPOSE ${PORT}
CMD ["/usr/local/bin/stamp"]
