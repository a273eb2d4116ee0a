FROM node:20 AS builder
WORKDIR /ferry
COPY package*.json ./
RUN npm ci
COPY . .
RUN mkdir -p /var/lib/ferry && touch /var/lib/ferry/timetable && chmod +x docker/*.sh

FROM node:20-alpine
RUN apk add --no-cache bash
COPY --from=builder /var/lib/ferry /var/lib/ferry
COPY --from=builder /ferry/node_modules /ferry/node_modules
COPY --from=builder /ferry/package.json /ferry/package.json
COPY --from=builder /ferry/server.js /ferry/server.js
COPY --from=builder /ferry/docker /ferry/docker
WORKDIR /ferry
EXPOSE 3000
CMD ["bash", "docker/start.sh"]
