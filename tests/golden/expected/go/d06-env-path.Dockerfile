FROM golang:1.24 AS builder
ENV APP_HOME=/opt/tide
ENV PATH=$APP_HOME/bin:$PATH TIDE_STATION="Cuxhaven Steubenhoeft"
WORKDIR $APP_HOME
COPY . .
RUN CGO_ENABLED=0 go build -o bin/tide ./cmd/tide

FROM gcr.io/distroless/static-debian12
ENV APP_HOME=/opt/tide
ENV PATH=$APP_HOME/bin:$PATH TIDE_STATION="Cuxhaven Steubenhoeft"
COPY --from=builder /opt/tide/bin/tide /opt/tide/bin/tide
WORKDIR $APP_HOME
CMD ["tide"]
