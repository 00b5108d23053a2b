#!/usr/bin/env bash
# Runs all tests. The Rust toolchain is all that they need; a C compiler, which SQLite and Zstandard are built with,
# comes from Debian's packages where it is missing.
set -euo pipefail
cd "$(dirname "$0")/.."
if ! command -v cc >/dev/null; then
    apt-get update -qq
    DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends build-essential
fi
cargo test --locked "$@"
