FROM node:20-bookworm AS builder
WORKDIR /srv/app
COPY package*.json ./
RUN npm ci
COPY tsconfig.json ./
COPY src ./src
RUN npm run build
RUN npm prune --omit=dev --ignore-scripts

FROM gcr.io/distroless/nodejs20-debian12
ENV NODE_ENV=production
COPY --from=builder /srv/app/node_modules /srv/app/node_modules
COPY --from=builder /srv/app/package.json /srv/app/package.json
COPY --from=builder /srv/app/dist /srv/app/dist
WORKDIR /srv/app
EXPOSE 3000
CMD ["dist/index.js"]
