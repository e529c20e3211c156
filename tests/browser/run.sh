#!/usr/bin/env bash
# Builds what is missing, starts the demo server on a free port, drives the playground in Chromium, stops the server.
# CHROMIUM=/path/to/chromium  MARKETPLACE_BIN=/path/to/marketplace (otherwise it is built)
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../.." && pwd)

CHROMIUM=${CHROMIUM:-$(command -v chromium || command -v chromium-browser || command -v google-chrome || true)}
if [ -z "$CHROMIUM" ]; then
  echo "The browser test needs Chromium: install it (Debian: apt-get install chromium) or set CHROMIUM to its path." >&2
  exit 1
fi

page=$root/playground/dist/index.html
if [ ! -f "$page" ] || [ -n "$(cd "$root/playground" && find src operations index.html package-lock.json -newer "$page" -print -quit)" ]; then
  (cd "$root/playground" && npm ci && npm run build)
fi
[ -d "$here/node_modules/playwright-core" ] || (cd "$here" && npm ci)
if [ -z "${MARKETPLACE_BIN:-}" ]; then
  (cd "$root" && cargo build --bin marketplace)
  MARKETPLACE_BIN=${CARGO_TARGET_DIR:-$root/target}/debug/marketplace
fi

tmp=$(mktemp -d)
server=
finish() {
  status=$?
  if [ -n "$server" ]; then kill "$server" 2>/dev/null || true; wait "$server" 2>/dev/null || true; fi
  if [ "$status" -eq 0 ]; then rm -rf "$tmp"; else echo "Left to look at: $tmp (server.log, screenshots)" >&2; fi
}
trap finish EXIT

port=$(node -e 'const s = require("net").createServer().listen(0, "127.0.0.1", () => { console.log(s.address().port); s.close(); })')
export MARKETPLACE_LISTEN="127.0.0.1:$port" DATABASE_URL="sqlite://$tmp/demo.sqlite?mode=rwc"
export MARKETPLACE_DEMO_ADMIN=${MARKETPLACE_DEMO_ADMIN:-admin@example.org}
(cd "$tmp" && exec "$MARKETPLACE_BIN" serve --demo) >"$tmp/server.log" 2>&1 &
server=$!

for _ in $(seq 1 300); do
  if curl -fsS --max-time 2 "http://127.0.0.1:$port/health/ready" >/dev/null 2>&1; then ready=yes; break; fi
  kill -0 "$server" 2>/dev/null || break
  sleep 0.2
done
if [ -z "${ready:-}" ]; then
  echo "The server did not become ready. Its last words:" >&2
  tail -n 30 "$tmp/server.log" >&2
  exit 1
fi

# The server prints: demo sign-in: admin@example.org / <password>
DEMO_PASSWORD=$(sed -n "s|^.*demo sign-in: $MARKETPLACE_DEMO_ADMIN / \([^ ]*\).*$|\1|p" "$tmp/server.log" | head -n 1)
if [ -z "$DEMO_PASSWORD" ]; then
  echo "The server printed no line 'demo sign-in: $MARKETPLACE_DEMO_ADMIN / <password>'." >&2
  exit 1
fi
export CHROMIUM DEMO_PASSWORD BASE_URL="http://127.0.0.1:$port" SCREENSHOTS="$tmp/screenshots"
mkdir -p "$SCREENSHOTS"
(cd "$here" && node --test --test-reporter=spec playground.test.mjs)
