#!/usr/bin/env bash
# The old name of `npm run test:prosody`.
set -euo pipefail
cd "$(dirname "$0")/.."
exec node scripts/test-prosody.mjs "$@"
