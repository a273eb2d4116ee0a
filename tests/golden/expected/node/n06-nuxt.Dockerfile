FROM node:20 AS builder
WORKDIR /app
COPY package*.json ./
RUN npm ci
COPY . .
ENV NUXT_TELEMETRY_DISABLED=1
RUN npm run build

FROM node:20-slim
ENV NUXT_TELEMETRY_DISABLED=1
ENV HOST=0.0.0.0 PORT=3000
COPY --from=builder /app/package.json /app/package.json
COPY --from=builder /app/public /app/public
COPY --from=builder /app/.output /app/.output
WORKDIR /app
EXPOSE 3000
CMD ["npm", "run", "start"]
