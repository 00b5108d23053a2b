#!/usr/bin/env bash
# Runs all tests, with these arguments for `cargo test`. The Rust toolchain is all that they need; the rest comes from
# Debian's packages where it is missing: a C compiler, which SQLite and Zstandard are built with; git, whose checkouts
# the watch is tried with; Chromium with its driver and letters for the languages of its pictures; and npm, which
# fetches axe-core and html-validate in the versions of `tests/page-tools/` to `target/page-tools/`.
set -euo pipefail
cd "$(dirname "$0")/.."

as_root() {
    if [ "$(id -u)" = 0 ]; then "$@"; else sudo "$@"; fi
}

packages=()
command -v cc >/dev/null || packages+=(build-essential)
command -v git >/dev/null || packages+=(git)
command -v npm >/dev/null || packages+=(npm)
command -v chromium >/dev/null || packages+=(chromium fonts-noto-core)
command -v chromedriver >/dev/null || packages+=(chromium-driver)
if [ "${#packages[@]}" -gt 0 ]; then
    as_root apt-get update -qq
    as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${packages[@]}"
fi

tools=target/page-tools
if ! cmp -s tests/page-tools/package-lock.json "$tools/node_modules/.fetched"; then
    mkdir -p "$tools"
    cp tests/page-tools/package.json tests/page-tools/package-lock.json "$tools/"
    npm ci --prefix "$tools" --ignore-scripts --no-audit --no-fund --loglevel=error
    cp tests/page-tools/package-lock.json "$tools/node_modules/.fetched"
fi

cargo test --locked "$@"
