FROM node:20 AS builder
WORKDIR /harbour
COPY package.json package-lock.json ./
RUN npm ci
COPY . .
ENV NEXT_TELEMETRY_DISABLED=1
RUN npm run build
RUN npm prune --omit=dev --ignore-scripts

FROM node:20-slim
ENV NEXT_TELEMETRY_DISABLED=1
ENV NODE_ENV=production
COPY --from=builder /harbour/node_modules /harbour/node_modules
COPY --from=builder /harbour/package.json /harbour/tsconfig.json /harbour/
COPY --from=builder /harbour/next-env.d.ts /harbour/next.config.js /harbour/
COPY --from=builder /harbour/lib /harbour/lib
COPY --from=builder /harbour/public /harbour/public
COPY --from=builder /harbour/.next /harbour/.next
WORKDIR /harbour
EXPOSE 3000
CMD ["npm", "start"]
