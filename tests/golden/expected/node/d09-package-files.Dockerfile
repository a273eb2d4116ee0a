FROM node:20 AS builder
RUN apt-get update && apt-get install -y --no-install-recommends nginx && rm -rf /var/lib/apt/lists/*
RUN rm /etc/nginx/sites-enabled/default
COPY site.conf /etc/nginx/conf.d/
WORKDIR /app
COPY package*.json ./
RUN npm ci
COPY . .
RUN npm run build && cp -r dist /var/www/shop
RUN touch /run/nginx.pid && chown www-data:www-data /run/nginx.pid && chown -R www-data:www-data /var/lib/nginx /var/log/nginx

FROM node:20-slim
RUN apt-get update && apt-get install -y --no-install-recommends nginx && rm -rf /var/lib/apt/lists/* && rm -rf /etc/nginx/sites-enabled/default
COPY --from=builder /var/www/shop /var/www/shop
COPY --from=builder /run/nginx.pid /run/nginx.pid
COPY --from=builder /etc/nginx/conf.d/site.conf /etc/nginx/conf.d/site.conf
COPY --from=builder /app/index.html /app/package.json /app/site.conf /app/
COPY --from=builder /app/src /app/src
COPY --from=builder /app/dist /app/dist
RUN chown -R www-data:www-data /var/lib/nginx /var/log/nginx
WORKDIR /app
USER www-data
EXPOSE 8080
CMD ["nginx", "-g", "daemon off;"]
