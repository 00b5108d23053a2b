#!/usr/bin/env bash
# Serves a copy of the sample publication with the release binary while 20 files a second are written, edited,
# corrected, withdrawn, broken and removed in it, and 50 readers on keep-alive connections poll with conditions.
#   tests/soak.sh [SECONDS, default 600]
# Fails at the first answer that is no whole, valid document of one edition with fitting tag and dates, at an edit that
# is not served within ten seconds, when a fresh server over a copy of the same directories differs, and when memory
# grows from the second third of the time to the last by more than a tenth and 8 MB. Prints what was done, the times
# from saving to serving, and the resident memory over time. Everything listens on loopback, on a port that was free.
set -euo pipefail
cd "$(dirname "$0")/.."
cargo bench --locked --quiet --bench soak -- "${1:-600}"
