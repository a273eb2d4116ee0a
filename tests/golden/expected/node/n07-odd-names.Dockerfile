FROM node:20 AS builder
WORKDIR "/srv/baker's shop"
COPY . .

FROM gcr.io/distroless/nodejs20-debian12
COPY --from=builder ["/srv/baker\\'s shop/o\\'clock.txt", "/srv/baker\\'s shop/package.json", "/srv/baker\\'s shop/price \\$5.txt", "/srv/baker\\'s shop/row[[]1].txt", "/srv/baker\\'s shop/"]
COPY --from=builder ["/srv/baker\\'s shop/open.js", "/srv/baker\\'s shop/open.js"]
WORKDIR /srv/baker\'s shop
CMD ["open.js"]
