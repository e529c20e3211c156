#!/usr/bin/env bash
# The clients people use, against the real server: types are made and compiled, documents are compiled, a demo server is
# started on a free port, and graphql-js is asked about documents at random.
# MARKETPLACE_BIN=/path/to/marketplace (otherwise it is built)  ORACLE_CASES=1500  ORACLE_SEED=1
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../.." && pwd)
cd "$here"

[ -d node_modules/graphql ] || npm ci
if [ -z "${MARKETPLACE_BIN:-}" ]; then
  (cd "$root" && cargo build --bin marketplace)
  MARKETPLACE_BIN=${CARGO_TARGET_DIR:-$root/target}/debug/marketplace
fi

echo "graphql-codegen, and tsc --strict on what it makes"
npx graphql-codegen --silent --config typed/codegen.ts
npx tsc -p typed/tsconfig.json
echo "relay-compiler"
[ -f relay/persisted.json ] || echo '{}' >relay/persisted.json
(cd relay && npx relay-compiler relay.config.json)

tmp=$(mktemp -d)
server=
finish() {
  status=$?
  if [ -n "$server" ]; then kill "$server" 2>/dev/null || true; wait "$server" 2>/dev/null || true; fi
  if [ "$status" -eq 0 ]; then rm -rf "$tmp"; else echo "Left to look at: $tmp (server.log)" >&2; fi
}
trap finish EXIT

port=$(node -e 'const s = require("net").createServer().listen(0, "127.0.0.1", () => { console.log(s.address().port); s.close(); })')
export MARKETPLACE_LISTEN="127.0.0.1:$port" DATABASE_URL="sqlite://$tmp/demo.sqlite?mode=rwc"
# One client asks more here in a minute than a person does in a day.
export MARKETPLACE_POINTS_PER_ADDRESS=0 MARKETPLACE_POINTS_PER_PERSON=0
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
DEMO_PASSWORD=$(sed -n "s|^.*demo sign-in: [^ ]* / \([^ ]*\).*$|\1|p" "$tmp/server.log" | head -n 1)
export DEMO_PASSWORD BASE_URL="http://127.0.0.1:$port"
node --test --test-reporter=spec clients.test.mjs federation.test.mjs oracle.test.mjs
