FROM node:20 AS builder
WORKDIR /slugs
# the lock file is not there yet: the newest ms of the range is installed
COPY package.json .
RUN npm install
COPY . .
RUN npm run build
RUN npm prune --omit=dev --ignore-scripts --no-package-lock

FROM gcr.io/distroless/nodejs20-debian12
COPY --from=builder /slugs/node_modules /slugs/node_modules
COPY --from=builder /slugs/package.json /slugs/package.json
COPY --from=builder /slugs/dist /slugs/dist
WORKDIR /slugs
CMD ["dist/main.js"]
