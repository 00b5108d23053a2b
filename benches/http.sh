#!/usr/bin/env bash
# Serves the same feed from tidings and from nginx (gzip_static, open_file_cache, reuseport) on this machine, one after
# the other under the same load, and prints requests a second and requests a second of server CPU time, as ratios.
#   benches/http.sh [SECONDS a run, default 8] [ROUNDS, default 3]
# nginx and wrk come from Debian's packages. Everything listens on loopback, on ports that were free, and stops at the end.
set -euo pipefail
cd "$(dirname "$0")/.."
seconds=${1:-8} rounds=${2:-3}
if ! { command -v nginx && command -v wrk && command -v curl; } >/dev/null; then
    apt-get update -qq
    DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends nginx-light wrk curl
fi
cargo build --release --locked --quiet
work=$(mktemp -d)
# The workers of an nginx that root starts run as another user.
chmod 755 "$work"
tidings_pid= nginx_pid=
stop() {
    [ -z "$tidings_pid" ] || kill "$tidings_pid" 2>/dev/null || true
    [ -z "$nginx_pid" ] || kill "$nginx_pid" 2>/dev/null || true
    wait 2>/dev/null || true
    rm -rf "$work"
}
trap stop EXIT

# A publication whose feed is about 20 KB when gzipped: 30 items of some 2,500 characters that do not repeat.
make_data() {
    mkdir -p "$work/data/news"
    printf 'title = "Bench"\nbase_url = "http://127.0.0.1"\nid_authority = "example.org"\nid_authority_date = "2026"\n' >"$work/data/site.toml"
    awk -v dir="$work/data/news" 'BEGIN {
        srand(7)
        for (item = 1; item <= 30; item++) {
            file = sprintf("%s/item-%02d.toml", dir, item)
            printf "id = \"item-%02d\"\ntitle = \"Item number %d of the measurement\"\ndate = 2026-01-%02dT09:00:00Z\nbody = \"\"\"\n", item, item, item > file
            for (word = 1; word <= 150; word++) {
                text = ""
                letters = 2 + int(rand() * 9)
                for (letter = 0; letter < letters; letter++) text = text sprintf("%c", 97 + int(26 * rand() * rand()))
                printf "%s%s", text, (word % 60 == 0 ? ".\n\n" : " ") > file
            }
            printf "\n\"\"\"\n" > file
            close(file)
        }
    }'
}

start_tidings() {
    TIDINGS_LOG=error target/release/tidings serve "$work/data" --state "$work/state" --listen 127.0.0.1:0 >"$work/out" &
    tidings_pid=$!
    for _ in $(seq 100); do
        tidings=$(sed -n 's/^listening on //p' "$work/out")
        [ -n "$tidings" ] && return
        sleep 0.1
    done
    echo "tidings did not start" >&2
    exit 1
}

start_nginx() {
    mkdir -p "$work/www"
    curl -s "$tidings/rss.xml" -o "$work/www/rss.xml"
    gzip -6 -k -f "$work/www/rss.xml"
    local attempt port
    for attempt in $(seq 20); do
        port=$((20000 + (RANDOM + attempt) % 20000))
        cat >"$work/nginx.conf" <<CONF
daemon off;
worker_processes $(nproc);
pid $work/nginx.pid;
error_log $work/nginx.err crit;
events { worker_connections 4096; }
http {
    access_log off;
    sendfile on;
    tcp_nopush on;
    keepalive_requests 100000000;
    open_file_cache max=100 inactive=1h;
    open_file_cache_valid 1h;
    types { application/rss+xml xml; }
    server {
        listen 127.0.0.1:$port reuseport$1;
        root $work/www;
        gzip_static on;
        gzip_vary on;
        add_header Cache-Control "max-age=900, stale-while-revalidate=900, stale-if-error=86400";
        add_header X-Content-Type-Options nosniff;
    }
}
CONF
        nginx -c "$work/nginx.conf" -p "$work" 2>"$work/nginx.start" &
        nginx_pid=$!
        sleep 0.5
        if kill -0 "$nginx_pid" 2>/dev/null; then
            nginx="http://127.0.0.1:$port"
            return
        fi
    done
    cat "$work/nginx.start" >&2
    exit 1
}

# CPU seconds of a process and its children so far.
cpu() {
    local pids
    pids="$1 $(cat /proc/"$1"/task/*/children 2>/dev/null || true)"
    for pid in $pids; do cut -d')' -f2 "/proc/$pid/stat"; done |
        awk -v hz="$(getconf CLK_TCK)" '{ ticks += $12 + $13 } END { printf "%.2f", ticks / hz }'
}

# load NAME PID URL HEADER… : prints requests a second and requests a CPU second.
load() {
    local pid=$1 url=$2 before after rate
    shift 2
    before=$(cpu "$pid")
    rate=$(wrk -t2 -c32 -d"${seconds}s" "$@" "$url/rss.xml" | awk '/^Requests\/sec/ { print $2 } /Socket errors|Non-2xx/ { print "wrk: " $0 >"/dev/stderr" }')
    after=$(cpu "$pid")
    awk -v rate="$rate" -v seconds="$seconds" -v cpu="$(awk -v a="$after" -v b="$before" 'BEGIN { print a - b }')" \
        'BEGIN { printf "%.0f %.0f\n", rate, rate * seconds / cpu }'
}

# compare LABEL HEADER… : the same load on both in turns; the median round of each.
compare() {
    local label=$1 round
    shift
    : >"$work/tidings.rates"
    : >"$work/nginx.rates"
    for round in $(seq "$rounds"); do
        load "$tidings_pid" "$tidings" "$@" "${tidings_only[@]}" >>"$work/tidings.rates"
        load "$nginx_pid" "$nginx" "$@" "${nginx_only[@]}" >>"$work/nginx.rates"
    done
    median() { sort -n -k"$2" "$work/$1.rates" | awk -v field="$2" '{ row[NR] = $field } END { print row[int((NR + 1) / 2)] }'; }
    awk -v label="$label" -v a="$(median tidings 1)" -v b="$(median nginx 1)" -v c="$(median tidings 2)" -v d="$(median nginx 2)" \
        'BEGIN { printf "| %s | %d | %d | %.2f | %.2f |\n", label, a, b, a / b, c / d }'
}

make_data
start_tidings
start_nginx ""
tag() { curl -sI "$1/rss.xml" | tr -d '\r' | sed -n 's/^[Ee][Tt]ag: //p'; }
date_of() { curl -sI "$1/rss.xml" | tr -d '\r' | sed -n 's/^[Ll]ast-[Mm]odified: //p'; }
printf 'feed: %s bytes, gzip %s bytes; %s cores; %s s a run, median of %s\n\n' "$(stat -c %s "$work/www/rss.xml")" \
    "$(stat -c %s "$work/www/rss.xml.gz")" "$(nproc)" "$seconds" "$rounds"
echo '| load | tidings, requests/s | nginx, requests/s | throughput ratio | ratio per server CPU second |'
echo '|---|---|---|---|---|'
tidings_only=() nginx_only=()
compare '200, gzip, keep-alive' -H 'Accept-Encoding: gzip'
tidings_only=(-H "If-None-Match: $(tag "$tidings")" -H "If-Modified-Since: $(date_of "$tidings")")
nginx_only=(-H "If-None-Match: $(curl -sI -H 'Accept-Encoding: gzip' "$nginx/rss.xml" | tr -d '\r' | sed -n 's/^[Ee][Tt]ag: //p')" -H "If-Modified-Since: $(date_of "$nginx")")
compare '304, keep-alive' -H 'Accept-Encoding: gzip'
compare '304, a new connection each' -H 'Accept-Encoding: gzip' -H 'Connection: close'
kill "$nginx_pid"
wait "$nginx_pid" 2>/dev/null || true
start_nginx " deferred"
compare '304, a new connection each, nginx `deferred`' -H 'Accept-Encoding: gzip' -H 'Connection: close'
