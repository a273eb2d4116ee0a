FROM node:20 AS builder
RUN yarn global add serve@14.2.4 typescript@5.7.2
WORKDIR /site
COPY pages ./pages

FROM node:20-alpine
COPY --from=builder /usr/local/share/.config/yarn/global /usr/local/share/.config/yarn/global
COPY --from=builder /site/pages /site/pages
RUN for program in /usr/local/share/.config/yarn/global/node_modules/.bin/*; do ln -s "$program" /usr/local/bin/ || true; done
WORKDIR /site
EXPOSE 3000
CMD ["serve", "-l", "3000", "pages"]
