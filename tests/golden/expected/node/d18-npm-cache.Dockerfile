FROM node:20-alpine AS builder
WORKDIR /usr/src/app
COPY package.json .
RUN npm install
COPY . .

FROM node:20-alpine
ENV PORT=3000
COPY --from=builder /usr/src/app/node_modules /usr/src/app/node_modules
COPY --from=builder /usr/src/app/package.json /usr/src/app/package.json
COPY --from=builder /usr/src/app/index.js /usr/src/app/index.js
COPY --from=builder /usr/src/app/maps /usr/src/app/maps
WORKDIR /usr/src/app
EXPOSE 3000
CMD ["npm", "start"]
