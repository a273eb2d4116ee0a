# escape=\
# written on Windows
from golang:1.24 as builder
env MODE=strict
workdir /lines
copy . .
run go vet ./... && \
    # build after the check

    CGO_ENABLED=0 go build -o lines .

FROM gcr.io/distroless/static-debian12
env MODE=strict
COPY --from=builder /lines/lines /lines/lines
workdir /lines
expose 8080
cmd ["./lines"]
