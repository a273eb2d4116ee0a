FROM node:20 AS builder
WORKDIR /srv/clock
COPY package.json yarn.lock ./
RUN --mount=type=cache,target=/usr/local/share/.cache/yarn,sharing=locked yarn install --frozen-lockfile
COPY . /srv/clock
RUN yarn build
RUN --mount=type=cache,target=/usr/local/share/.cache/yarn,sharing=locked yarn install --production --ignore-scripts --prefer-offline

FROM gcr.io/distroless/nodejs20-debian12
COPY --from=builder /srv/clock/node_modules /srv/clock/node_modules
COPY --from=builder /srv/clock/package.json /srv/clock/package.json
COPY --from=builder /srv/clock/out /srv/clock/out
WORKDIR /srv/clock
EXPOSE 8080
CMD ["out/main.js"]
