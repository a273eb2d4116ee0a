FROM node:20 AS builder
WORKDIR /srv
COPY package.json package-lock.json ./
RUN npm ci
COPY . .
RUN npm run build
RUN npm prune --omit=dev --ignore-scripts

FROM node:20-alpine
COPY --from=builder /srv/node_modules /srv/node_modules
COPY --from=builder /srv/package.json /srv/package.json
COPY --from=builder /srv/dist /srv/dist
WORKDIR /srv
EXPOSE 3000
CMD ["npm", "start"]
