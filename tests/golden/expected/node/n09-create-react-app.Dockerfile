FROM node:20 AS builder
WORKDIR /app
ENV DISABLE_ESLINT_PLUGIN=true GENERATE_SOURCEMAP=false
COPY package*.json ./
RUN npm ci
COPY . .
RUN npm run build
RUN npm install -g serve@14.2.4

FROM node:20-alpine
ENV DISABLE_ESLINT_PLUGIN=true GENERATE_SOURCEMAP=false
COPY --from=builder /usr/local/lib/node_modules/serve /usr/local/lib/node_modules/serve
COPY --from=builder /app/build /app/build
RUN npm rebuild -g --ignore-scripts serve
WORKDIR /app
EXPOSE 3000
CMD ["serve", "-s", "build", "-l", "3000"]
