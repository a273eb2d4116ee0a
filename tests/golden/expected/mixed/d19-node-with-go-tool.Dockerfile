FROM node:20-bookworm AS builder
RUN apt-get update && apt-get install -y --no-install-recommends golang-go && rm -rf /var/lib/apt/lists/*
WORKDIR /app
COPY tool ./tool
RUN cd tool && CGO_ENABLED=0 go build -o /usr/local/bin/shout .
COPY package.json server.js ./
RUN npm install

FROM gcr.io/distroless/nodejs20-debian12
COPY --from=builder /app/node_modules /app/node_modules
COPY --from=builder /app/package.json /app/package.json
COPY --from=builder /app/server.js /app/server.js
COPY --from=builder /app/tool /app/tool
COPY --from=builder /usr/local/bin/shout /usr/local/bin/shout
WORKDIR /app
EXPOSE 3000
CMD ["server.js"]
