FROM node:20 AS builder
WORKDIR /app
RUN npm install --global typescript@5.7.2
RUN mkdir /opt/checker && cd /opt/checker && npm install esbuild@0.24.2 && npx esbuild --version && rm -rf /opt/checker
COPY package*.json ./
RUN npm ci --omit=dev
COPY . .
RUN tsc && npm uninstall --global typescript && rm -rf src

FROM gcr.io/distroless/nodejs20-debian12
COPY --from=builder /app/node_modules /app/node_modules
COPY --from=builder /app/package.json /app/package.json
COPY --from=builder /app/texts /app/texts
COPY --from=builder /app/dist /app/dist
WORKDIR /app
CMD ["dist/main.js"]
