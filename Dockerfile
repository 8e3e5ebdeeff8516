# The whole gateway: `docker build -t parley .`, or `--target base` for what it is built of. See docs/containers.md.
FROM node:20-alpine AS base
WORKDIR /app
COPY . .
RUN npm ci --no-audit --no-fund && npm run build

FROM base AS pruned
RUN npm prune --omit=dev --no-audit --no-fund \
  && rm -rf bench test tools examples fixtures docs packages/*/src apps/*/src \
  && find packages apps -path '*/dist/*' \
    \( -name '*.test.*' -o -name '*.test-kit.*' -o -name '*.map' -o -name '*.d.ts' -o -name '.tsbuildinfo' \) -delete

FROM node:20-alpine AS production
RUN addgroup -g 1001 nodejs && adduser -S -u 1001 -G nodejs nodejs && mkdir /data && chown nodejs:nodejs /data
WORKDIR /app
COPY --from=pruned /app ./
# Nothing is written outside /data.
ENV NODE_ENV=production HOST=0.0.0.0 PORT=3000 PARLEY_DATA_DIR=/data/database PARLEY_RECORDINGS_DIR=/data/recordings
USER nodejs
EXPOSE 3000
HEALTHCHECK --interval=30s --timeout=5s --start-period=60s --retries=3 \
  CMD wget -qO /dev/null "http://127.0.0.1:$PORT/health" || exit 1
CMD ["node", "packages/server/dist/cli.js", "start"]
