FROM golang:1.24-bookworm AS builder

RUN apt-get update && \
    apt-get install -y --no-install-recommends python3 && \
    rm -rf /var/lib/apt/lists/*

WORKDIR /report
COPY . .
RUN CGO_ENABLED=0 go build -o report .

FROM alpine:3.23
RUN apk add --no-cache python3
COPY --from=builder /report/scripts/median.py /report/scripts/median.py
COPY --from=builder /report/report /report/report
WORKDIR /report
CMD ["/report/report"]
