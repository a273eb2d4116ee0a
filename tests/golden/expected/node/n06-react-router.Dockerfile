FROM node:20 AS builder
WORKDIR /app
COPY . .
RUN npm ci
RUN npm run build
RUN npm prune --omit=dev --ignore-scripts

FROM node:20-alpine
ENV NODE_ENV=production
COPY --from=builder /app/node_modules /app/node_modules
COPY --from=builder /app/package.json /app/package.json
COPY --from=builder /app/public /app/public
COPY --from=builder /app/build /app/build
WORKDIR /app
EXPOSE 3000
CMD ["npm", "run", "start"]
