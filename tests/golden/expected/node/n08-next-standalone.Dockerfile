FROM node:20 AS builder
WORKDIR /web
COPY package*.json ./
RUN npm ci
COPY . .
ENV NEXT_TELEMETRY_DISABLED=1
RUN npm run build && cp -r .next/static .next/standalone/.next/static && cp -r public .next/standalone/public

FROM gcr.io/distroless/nodejs20-debian12
ENV NEXT_TELEMETRY_DISABLED=1
ENV NODE_ENV=production PORT=3000 HOSTNAME=0.0.0.0
COPY --from=builder /web/.next/standalone /web/.next/standalone
WORKDIR /web
EXPOSE 3000
CMD [".next/standalone/server.js"]
