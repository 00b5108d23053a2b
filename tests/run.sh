#!/usr/bin/env bash
# Runs all tests. The Rust toolchain is all that they need; a C compiler, which SQLite and Zstandard are built with, and
# git, whose checkouts the watch is tried with, come from Debian's packages where they are missing.
set -euo pipefail
cd "$(dirname "$0")/.."
if ! { command -v cc && command -v git; } >/dev/null; then
    apt-get update -qq
    DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends build-essential git
fi
cargo test --locked "$@"
