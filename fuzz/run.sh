#!/usr/bin/env bash
# Fuzzes what takes bytes from outside, one target after the other, in bounded time and memory:
#   fuzz/run.sh [SECONDS a target, default 60] [TARGET …, default all of fuzz/fuzz_targets/]
# cargo-fuzz comes from crates.io where it is missing; it needs a C++ compiler (Debian's build-essential). What breaks
# a target ends the run; its bytes are kept in fuzz/artifacts/TARGET/, and run again with
#   RUSTC_BOOTSTRAP=1 cargo fuzz run TARGET FILE
# which is also what makes the stable toolchain take the address sanitizer's flags.
set -euo pipefail
cd "$(dirname "$0")/.."
export RUSTC_BOOTSTRAP=1
seconds=${1:-60}
shift || true
[ $# -gt 0 ] || set -- item if_none_match accept_encoding path range
command -v cargo-fuzz >/dev/null || cargo install --locked --version 0.13.2 cargo-fuzz

# The seeds of `item`: every item of the sample and of the golden directories, after the digit of its form.
mkdir -p fuzz/corpus/item
find data tests/golden/*/data -type f ! -name site.toml ! -name section.toml ! -name 'README*' |
    while read -r file; do
        case $file in
            *.toml) form=0 ;;
            *.json) form=1 ;;
            *.md) form=2 ;;
            *) continue ;;
        esac
        { printf %s "$form"; cat "$file"; } >"fuzz/corpus/item/seed-$(tr / - <<<"$file")"
    done

for target; do
    bytes_max=512
    [ "$target" != item ] || bytes_max=8192
    mkdir -p "fuzz/corpus/$target"
    cargo fuzz run "$target" -- -dict="fuzz/dictionaries/$target.dict" -max_total_time="$seconds" \
        -max_len="$bytes_max" -timeout=10 -rss_limit_mb=2048 -print_final_stats=1 -verbosity=0 \
        -print_funcs=0
done
