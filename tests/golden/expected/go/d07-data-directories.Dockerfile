FROM golang:1.24 AS builder
WORKDIR /cellar
COPY . .
RUN mkdir -p stock/empty bin && chmod 777 stock && CGO_ENABLED=0 go build -o bin/barrels .

FROM gcr.io/distroless/static-debian12
COPY --from=builder --chmod=777 /cellar/stock /cellar/stock
COPY --from=builder /cellar/logs /cellar/logs
COPY --from=builder /cellar/bin/barrels /cellar/bin/barrels
WORKDIR /cellar/store
WORKDIR /cellar
CMD ["bin/barrels"]
