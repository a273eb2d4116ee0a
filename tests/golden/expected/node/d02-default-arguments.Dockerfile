FROM node:20 AS builder
WORKDIR /dice
COPY package.json dice.js start.sh ./
COPY notes notes

FROM node:20-alpine
COPY --from=builder /dice/package.json /dice/start.sh /dice/
COPY --from=builder /dice/dice.js /dice/dice.js
COPY --from=builder /dice/notes /dice/notes
WORKDIR /dice
ENTRYPOINT ["/dice/start.sh"]
