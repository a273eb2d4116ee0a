FROM node:20 AS builder
WORKDIR /app
COPY . /app
RUN npm install

FROM gcr.io/distroless/nodejs20-debian12
COPY --from=builder /app/node_modules /app/node_modules
COPY --from=builder /app/package.json /app/package.json
COPY --from=builder /app/app.js /app/app.js
COPY --from=builder /app/bin /app/bin
WORKDIR /app
EXPOSE 3000
CMD ["bin/www"]
