# One image, one container per role: docker-compose.yml names the role as the command.
FROM node:24-bookworm-slim
WORKDIR /plantroom
COPY package.json package-lock.json ./
# Node 24 is in the image: the optional platform packages that npm brings are still needed by vite and serialport.
RUN npm ci --omit=dev --no-audit --no-fund && npm cache clean --force
COPY . .
# The console is built once here, so that the container may run read-only.
RUN node bin/plantroom.mjs build-console && mkdir -p /data /mosquitto-files /boards /store-token /grafana-token && chown node:node /data /mosquitto-files /boards /store-token /grafana-token
USER node
ENV PLANTROOM_DATA=/data NODE_ENV=production
VOLUME /data
ENTRYPOINT ["node", "--max-semi-space-size=2", "main.ts"]
CMD ["help"]
