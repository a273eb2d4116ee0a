FROM golang:1.24-bookworm AS builder
WORKDIR /pager
COPY . .
RUN CGO_ENABLED=0 ./scripts/build.sh

FROM gcr.io/distroless/static-debian12
COPY --from=builder /pager/out/pager /pager/out/pager
WORKDIR /pager
ENTRYPOINT ["/pager/out/pager"]
CMD ["3"]
