FROM golang:1.24-bookworm AS builder
WORKDIR /tally
COPY go.mod main.go ./
COPY names.txt /tmp/names.txt
RUN sort /tmp/names.txt > names.sorted && CGO_ENABLED=0 go build -o /usr/local/bin/tally .
COPY greeting.txt /root/.config/tally/greeting.txt
COPY rates.txt /var/cache/tally/rates.txt
ENV TALLY_RATES=/var/cache/tally/rates.txt
RUN grep -q = /var/cache/tally/rates.txt

FROM gcr.io/distroless/static-debian12
ENV TALLY_RATES=/var/cache/tally/rates.txt
COPY --from=builder /root/.config/tally/greeting.txt /root/.config/tally/greeting.txt
COPY --from=builder /var/cache/tally/rates.txt /var/cache/tally/rates.txt
COPY --from=builder /tally/names.sorted /tally/names.sorted
COPY --from=builder /usr/local/bin/tally /usr/local/bin/tally
WORKDIR /tally
CMD ["tally", "-names", "/tally/names.sorted"]
