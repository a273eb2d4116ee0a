FROM golang:1.24 AS builder
ADD data/atlas.tar.gz /usr/share/atlas/
COPY config/atlas.json /etc/atlas/atlas.json
WORKDIR /src
COPY go.mod main.go ./
RUN CGO_ENABLED=0 go build -o /usr/bin/atlas .

FROM gcr.io/distroless/static-debian12
COPY --from=builder /etc/atlas/atlas.json /etc/atlas/atlas.json
COPY --from=builder /usr/share/atlas /usr/share/atlas
COPY --from=builder /usr/bin/atlas /usr/bin/atlas
WORKDIR /src
ENTRYPOINT ["/usr/bin/atlas"]
