#!/usr/bin/env bash
# Runs a command beside a private, throw-away PostgreSQL server:
#
#   tests/postgres.sh cargo test --workspace
#
# The command finds the server in TEST_POSTGRES_URL (a superuser who may create databases). If that is
# already set, the server it names is used and none is started. POSTGRES_DURABLE=1 keeps commits on disk
# as production does, for benchmarks; the tests do without, which is several times faster.
#
# Nothing outside the temporary folder is touched, and no running server is used by accident: the port is
# a free one, on the loopback address only.
set -euo pipefail

say() { printf 'postgres.sh: %s\n' "$*" >&2; }
die() {
    say "$@"
    exit 1
}

[ $# -gt 0 ] || die "say what to run, for example: tests/postgres.sh cargo test --workspace"
[ -z "${TEST_POSTGRES_URL:-}" ] || exec "$@"

# --- The server's programs -----------------------------------------------------------------------------

# Prints the first folder that holds a whole server; a client's package alone does not.
find_server() {
    local folder
    local folders=("$(dirname "$(command -v pg_ctl || echo /none/none)")")
    folders+=("$(pg_config --bindir 2>/dev/null || true)")
    # Debian, Red Hat and Homebrew keep versions side by side, out of PATH: highest first.
    while read -r folder; do
        folders+=("$folder")
    done < <(printf '%s\n' /usr/lib/postgresql/*/bin /usr/pgsql-*/bin \
        /opt/homebrew/opt/postgresql@*/bin /usr/local/opt/postgresql@*/bin | sort -rV)
    for folder in "${folders[@]}"; do
        if [ -x "$folder/initdb" ] && [ -x "$folder/pg_ctl" ] && [ -x "$folder/postgres" ]; then
            printf '%s\n' "$folder"
            return
        fi
    done
}

bin=$(find_server)
if [ -z "$bin" ] && [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
    say "no PostgreSQL server here: installing the package 'postgresql'"
    # RUNLEVEL=1: install it without starting the system's own server.
    { apt-get update -qq &&
        RUNLEVEL=1 DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends postgresql; } \
        </dev/null >&2 || true
    bin=$(find_server)
fi
[ -n "$bin" ] || die "PostgreSQL's server is not installed (initdb, pg_ctl, postgres): install the package" \
    "'postgresql', or set TEST_POSTGRES_URL to a server whose user may create databases."

# PostgreSQL refuses to run as root, so root lends the server an account without rights.
account=
if [ "$(id -u)" = 0 ]; then
    account=nobody
    ! id postgres >/dev/null 2>&1 || account=postgres
fi
as_server() {
    (
        cd / # the account may not be allowed to stand where we are
        if [ -z "$account" ]; then
            exec "$@"
        elif command -v setpriv >/dev/null; then
            exec setpriv --reuid="$account" --regid="$(id -g "$account")" --clear-groups -- "$@"
        else
            # shellcheck disable=SC2016 # the inner shell expands it
            exec su -s /bin/sh -c 'exec "$0" "$@"' -- "$account" "$@"
        fi
    )
}

# --- The server's folder -------------------------------------------------------------------------------

# Its name carries our process id, so that a later run can tell that we were killed and clear up after us.
place=${TMPDIR:-/tmp}
prefix=marketplace-postgres

remove() {
    as_server "$bin/pg_ctl" -D "$1/data" -m immediate -w -t 30 stop >/dev/null 2>&1 || true
    rm -rf "$1"
}

for stale in "$place/$prefix".*; do
    # Only what is ours: in a shared temporary folder anybody can make such a name.
    if [ ! -d "$stale" ] || [ -L "$stale" ] || [ ! -O "$stale" ]; then continue; fi
    owner=${stale#"$place/$prefix".}
    if ! kill -0 "${owner%%.*}" 2>/dev/null; then
        say "clearing up after a run that was killed: $stale"
        remove "$stale"
    fi
done

folder=
# shellcheck disable=SC2317,SC2329 # called by the trap
finish() {
    local status=$?
    trap '' INT TERM HUP # a second Ctrl-C must not leave half of it behind
    [ -z "$folder" ] || remove "$folder"
    exit "$status"
}
trap finish EXIT
trap 'exit 129' HUP
trap 'exit 130' INT
trap 'exit 143' TERM

folder=$(mktemp -d "$place/$prefix.$$.XXXXXX")
mkdir "$folder/data" "$folder/socket"
chmod 711 "$folder"
chmod 700 "$folder/data"
[ -z "$account" ] || chown "$account" "$folder/data" "$folder/socket"

# --- Start ---------------------------------------------------------------------------------------------

# C.UTF-8 sorts by code point, as SQLite does, and still knows that É is the capital of é; plain C does not.
locale=C
case "$(locale -a 2>/dev/null)" in
*C.utf8* | *C.UTF-8*) locale=C.UTF-8 ;;
esac

as_server "$bin/initdb" -D "$folder/data" -U postgres -A trust -E UTF8 --locale="$locale" --no-sync \
    >"$folder/log" 2>&1 || die "initdb failed:" "$(cat "$folder/log")"

durable=off
[ "${POSTGRES_DURABLE:-}" != 1 ] || durable=on
cat >>"$folder/data/postgresql.conf" <<CONF
listen_addresses = '127.0.0.1'
unix_socket_directories = '$folder/socket'
max_connections = 300       # every test has pools of its own
shared_buffers = 128MB
timezone = 'UTC'
fsync = $durable
synchronous_commit = $durable
full_page_writes = $durable
CONF
# Counts statements for those connections that ask for it; comes with Debian's server, elsewhere in a package.
own_bin=$(dirname "$(readlink -f "$bin/postgres")")
if [ "$durable" = on ] && [ -e "$("$own_bin/pg_config" --pkglibdir 2>/dev/null)/pg_stat_statements.so" ]; then
    cat >>"$folder/data/postgresql.conf" <<CONF
shared_preload_libraries = 'pg_stat_statements'
pg_stat_statements.track = none
CONF
fi

# Only binding a port tells that it is free: try until one is. The range is below those that systems
# give to outgoing connections.
started=
for _ in 1 2 3 4 5 6 7 8 9 10; do
    port=$((20000 + RANDOM % 12000))
    log=$folder/data/log.$port
    if as_server "$bin/pg_ctl" -D "$folder/data" -l "$log" -o "-p $port" -s -w -t 60 start \
        >/dev/null 2>&1; then
        started=1
        break
    fi
    grep -q 'could not bind' "$log" 2>/dev/null || break
done
[ -n "$started" ] || die "PostgreSQL does not start:" "$(cat "$log" 2>&1)"

export TEST_POSTGRES_URL="postgres://postgres@127.0.0.1:$port/postgres"
say "$("$bin/postgres" --version) listens on 127.0.0.1:$port"
status=0
"$@" || status=$?
exit "$status"
