FROM golang:1.24 AS builder
ARG DEPLOY_TOKEN
ENV API_KEY=$DEPLOY_TOKEN \
    API_KEY_FILE=/run/secrets/api \
    PORT=8080
WORKDIR /srv/desk
COPY . .
RUN CGO_ENABLED=0 go build -o /usr/local/bin/desk .

FROM gcr.io/distroless/static-debian12
ARG DEPLOY_TOKEN
ENV API_KEY=$DEPLOY_TOKEN \
    API_KEY_FILE=/run/secrets/api \
    PORT=8080
COPY --from=builder /srv/desk/.env /srv/desk/.env
COPY --from=builder /srv/desk/certs /srv/desk/certs
COPY --from=builder /usr/local/bin/desk /usr/local/bin/desk
WORKDIR /srv/desk
EXPOSE 8080
CMD ["desk"]
