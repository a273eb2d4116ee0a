FROM golang:1.24-bookworm AS build
ARG VERSION=1.0.0
COPY service/go.mod service/go.sum /opt/release/
RUN --mount=type=cache,target=/go/pkg/mod cd /opt/release && go mod download
COPY service /opt/release
WORKDIR /opt/release
RUN --mount=type=cache,target=/go/pkg/mod --mount=type=cache,target=/root/.cache/go-build CGO_ENABLED=0 go install -ldflags "-s -w -X main.version=${VERSION}" . && \
    rm -rf /tmp/*

FROM gcr.io/distroless/static-debian12
ENV PATH=/go/bin:$PATH
COPY --from=build /go/bin/release /go/bin/release
WORKDIR /opt/release
ENTRYPOINT ["release"]
