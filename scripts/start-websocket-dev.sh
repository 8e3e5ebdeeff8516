#!/usr/bin/env bash
# Starts the gateway for phone calls on this machine, with the settings of .env.local.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
if [ -f .env.local ]; then
  set -a
  # shellcheck disable=SC1091
  source .env.local
  set +a
else
  echo "There is no .env.local; starting with the settings of the environment." >&2
fi
export NODE_ENV="${NODE_ENV:-development}"
if [ ! -f packages/server/dist/cli.js ]; then npm run --silent build; fi
exec node scripts/websocket-server.mjs
