FROM node:20 AS builder
WORKDIR /repo
ENV TURBO_TELEMETRY_DISABLED=1
COPY . .
RUN npm ci
RUN npm run build
RUN npm prune --omit=dev --ignore-scripts

FROM node:20-alpine
ENV TURBO_TELEMETRY_DISABLED=1
ENV NODE_ENV=production
COPY --from=builder /repo/node_modules /repo/node_modules
COPY --from=builder /repo/package-lock.json /repo/package.json /repo/turbo.json /repo/
COPY --from=builder /repo/packages /repo/packages
COPY --from=builder /repo/apps /repo/apps
WORKDIR /repo
EXPOSE 3000
CMD ["npm", "start"]
