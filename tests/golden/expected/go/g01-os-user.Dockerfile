FROM golang:1.24 AS builder
COPY . /whoami
WORKDIR /whoami
RUN CGO_ENABLED=0 go build -o /bin/whoami-go .

FROM gcr.io/distroless/static-debian12
COPY --from=builder /bin/whoami-go /bin/whoami-go
WORKDIR /whoami
CMD ["/bin/whoami-go"]
