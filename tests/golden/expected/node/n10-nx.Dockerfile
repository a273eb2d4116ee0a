FROM node:20 AS builder
WORKDIR /repo
ENV NX_DAEMON=false
COPY package*.json ./
RUN npm ci
COPY . .
RUN npx nx build api
RUN npm prune --omit=dev --ignore-scripts

FROM gcr.io/distroless/nodejs20-debian12
ENV NX_DAEMON=false
COPY --from=builder /repo/node_modules /repo/node_modules
COPY --from=builder /repo/nx.json /repo/package.json /repo/
COPY --from=builder /repo/dist /repo/dist
WORKDIR /repo
EXPOSE 3000
CMD ["dist/apps/api/main.cjs"]
