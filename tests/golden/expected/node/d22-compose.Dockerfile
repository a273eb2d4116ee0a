FROM node:20 AS builder

# Create app directory
WORKDIR /usr/src/app

# Install app dependencies
COPY package*.json ./
RUN npm install
RUN npm prune --omit=dev --ignore-scripts

# Bundle app source
COPY . .

FROM node:20-alpine
COPY --from=builder /usr/src/app/node_modules /usr/src/app/node_modules
COPY --from=builder /usr/src/app/package.json /usr/src/app/package.json
COPY --from=builder /usr/src/app/server.js /usr/src/app/todos.js /usr/src/app/
WORKDIR /usr/src/app
EXPOSE 8080
CMD [ "npm", "start" ]
