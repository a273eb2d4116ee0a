ARG NODE_TAG=20
FROM node:${NODE_TAG} AS builder
ARG BUILD_DATE=unset
ARG PORT=3000
ENV PORT=$PORT \
    UPLOADS=/data/uploads
RUN mkdir -p /data/uploads && chown -R node:node /data
WORKDIR /app
COPY package.json package-lock.json ./
RUN npm ci
COPY src ./src

FROM gcr.io/distroless/nodejs20-debian12
ARG BUILD_DATE=unset
ARG PORT=3000
LABEL org.opencontainers.image.created=$BUILD_DATE maintainer="web@example.com"
ENV PORT=$PORT \
    UPLOADS=/data/uploads
COPY --from=builder /etc/passwd /etc/group /etc/
COPY --from=builder --chown=node:node /data/uploads /data/uploads
COPY --from=builder /app/node_modules /app/node_modules
COPY --from=builder /app/package.json /app/package.json
COPY --from=builder /app/src /app/src
WORKDIR /app
USER node
EXPOSE $PORT
VOLUME /data
STOPSIGNAL SIGINT
CMD ["src/index.js"]
