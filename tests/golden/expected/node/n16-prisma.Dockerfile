FROM node:20 AS builder
WORKDIR /library
# the client is in JavaScript and WebAssembly: no engine is fetched
ENV PRISMA_SCHEMA_ENGINE_BINARY=/bin/true PRISMA_QUERY_ENGINE_LIBRARY=/bin/true
COPY package*.json ./
RUN npm ci --ignore-scripts
COPY . .
RUN npm run build
RUN npm prune --omit=dev --ignore-scripts

FROM node:20-slim
ENV PRISMA_SCHEMA_ENGINE_BINARY=/bin/true PRISMA_QUERY_ENGINE_LIBRARY=/bin/true
ENV DATABASE_URL=file:/tmp/library.db
COPY --from=builder /library/node_modules /library/node_modules
COPY --from=builder /library/package.json /library/package.json
COPY --from=builder /library/prisma /library/prisma
COPY --from=builder /library/dist /library/dist
WORKDIR /library
EXPOSE 3000
CMD ["npm", "start"]
