FROM node:20 AS builder
WORKDIR /repo
COPY package*.json ./
COPY packages/math/package.json packages/math/
COPY apps/api/package.json apps/api/
RUN npm ci
COPY . .
RUN npm run build --workspace @acme/math
RUN npm prune --omit=dev --ignore-scripts

FROM node:20-alpine
COPY --from=builder /repo/node_modules /repo/node_modules
COPY --from=builder /repo/package-lock.json /repo/package.json /repo/
COPY --from=builder /repo/packages /repo/packages
COPY --from=builder /repo/apps /repo/apps
WORKDIR /repo
EXPOSE 3000
CMD ["npm", "start", "--workspace", "@acme/api"]
