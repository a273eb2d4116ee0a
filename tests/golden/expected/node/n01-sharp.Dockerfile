FROM node:20 AS builder
WORKDIR /swatch
COPY package*.json ./
RUN npm ci
RUN npm prune --omit=dev --ignore-scripts
COPY swatch.js .

FROM gcr.io/distroless/nodejs20-debian12
COPY --from=builder /swatch/node_modules /swatch/node_modules
COPY --from=builder /swatch/package.json /swatch/package.json
COPY --from=builder /swatch/swatch.js /swatch/swatch.js
WORKDIR /swatch
CMD ["swatch.js"]
