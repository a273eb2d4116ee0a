# Notes API
FROM golang:1.24 AS builder

WORKDIR /src

# dependencies first, they change rarely
COPY go.mod go.sum ./
RUN go mod download

COPY . .
RUN CGO_ENABLED=0 go build -o /usr/local/bin/notes ./cmd/notes

FROM gcr.io/distroless/static-debian12
COPY --from=builder /usr/local/bin/notes /usr/local/bin/notes
WORKDIR /src
EXPOSE 8080
CMD ["/usr/local/bin/notes"]
