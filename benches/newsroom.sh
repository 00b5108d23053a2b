#!/usr/bin/env bash
# Measures how tidings carries a growing newsroom, beside Hugo and Zola on this machine, and prints their ratios:
# (a) the first edition, files in the page cache: from exec to the first answer, and memory; for Hugo and Zola a build of
#     everything, with a feed for the home page and each section (Hugo: once with list pages and feeds alone, once with
#     the item pages, too, as both do by default; tidings makes pages when they are asked for);
# (b) one item saved: until the feed on the wire has it, while tidings runs; for Hugo and Zola the next build;
# (c) growth: both for tidings at every size, also as growth.csv and growth.svg.
#   benches/newsroom.sh [OPTION…]
#     --sizes "N…"         numbers of items, default "1000 10000 100000"
#     --million            1,000,000 items as well: 8 GB more on disk, and about an hour
#     --build-sizes "N…"   those of them that Hugo and Zola build, too, default "10000 100000"; "" for none
#     --rounds N           starts and builds of each kind, of which the median counts, default 3
#     --edits N            edits of tidings at each size, default 100, 1.1 s apart
#     --keep DIR           works in DIR and leaves it, with items that a later run takes again; default a temporary one
#     --out DIR            where growth.csv and growth.svg go, default docs
#   ZOLA=PATH              a zola to measure; without it Zola is left out
#   REBUILDS=N             edits of Hugo and Zola at each size, each with a build, default 5
#   CORPUS_MAKER=PATH      a Python program that makes the items in the place of benches/corpus.py, with the same arguments
#                          and the same folders below --out
# At 100,000 items it needs 3 GB in TMPDIR, and 8 GB of memory for the others and what they build.
# Hugo and Python come from Debian's packages. Only loopback is used, on a port that was free, and all stops at the end.
set -euo pipefail
cd "$(dirname "$0")/.."
sizes='1000 10000 100000' build_sizes='10000 100000' rounds=3 edits=100 keep='' out=docs
rebuilds=${REBUILDS:-5}
maker=${CORPUS_MAKER:-benches/corpus.py} zola=${ZOLA:-}
while [ $# -gt 0 ]; do
    case $1 in
        --million) sizes="$sizes 1000000" ;;
        --sizes | --build-sizes | --rounds | --edits | --keep | --out)
            [ $# -gt 1 ] || { echo "$1 needs a value" >&2; exit 2; }
            case $1 in
                --sizes) sizes=$2 ;;
                --build-sizes) build_sizes=$2 ;;
                --rounds) rounds=$2 ;;
                --edits) edits=$2 ;;
                --keep) keep=$2 ;;
                --out) out=$2 ;;
            esac
            shift
            ;;
        *) sed -n '2,/^set/{/^# /s/^# //p}' "$0"; exit 2 ;;
    esac
    shift
done
# From each size to the next is how growth is told.
sizes=$(tr ' ' '\n' <<<"$sizes" | sort -nu)
if ! { command -v python3 && { [ -z "$build_sizes" ] || command -v hugo; }; } >/dev/null; then
    apt-get update -qq
    DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends python3 hugo
fi
cargo build --release --locked --quiet
tidings=${CARGO_TARGET_DIR:-target}/release/tidings
if [ -n "$keep" ]; then
    mkdir -p "$keep"
    work=$(cd "$keep" && pwd)
else
    work=$(mktemp -d)
fi
rm -rf "$work/figures"
mkdir "$work/figures"
# What the others build stays in memory where that is possible, so that no disk slows them down.
built=$(mktemp -d -p /dev/shm 2>/dev/null || mktemp -d)
child=''
stop() {
    [ -z "$child" ] || kill "$child" 2>/dev/null || true
    wait 2>/dev/null || true
    rm -rf "$built"
    [ -n "$keep" ] || rm -rf "$work"
}
trap stop EXIT

# run COMMAND… : in the background, so that a signal stops it as well.
run() {
    local status=0
    "$@" &
    child=$!
    wait "$child" || status=$?
    child=''
    return "$status"
}

# measure FIGURE … : one measurement, added to those of the figure.
measure() {
    local figure=$work/figures/$1
    shift
    run python3 benches/measure.py "$@" >>"$figure"
}

# median FIGURE COLUMN : prints `-` where nothing was measured.
median() {
    local figure=$work/figures/$1
    [ -s "$figure" ] || { echo -; return; }
    sort -n -k"$2,$2" "$figure" | awk -v field="$2" '{ row[NR] = $field } END { print row[int((NR + 1) / 2)] }'
}

# calculate FORMAT EXPRESSION VALUE… : the expression in a, b, c and d, or `–` where a value is missing.
calculate() {
    local format=$1 expression=$2
    shift 2
    case " $* " in *' - '*) printf '–'; return ;; esac
    awk -v a="${1:-0}" -v b="${2:-0}" -v c="${3:-0}" -v d="${4:-0}" "BEGIN { printf \"$format\", $expression }"
}

builds() { case " $build_sizes " in *" $1 "*) true ;; *) false ;; esac; }

# make_items N : the items in every layout that is asked for, older than tidings takes for settled, and in the page cache.
make_items() {
    local corpus=$work/$1 layouts=toml
    ! builds "$1" || layouts=toml,hugo${zola:+,zola}
    if [ "$(cat "$corpus/made" 2>/dev/null)" != "$maker $layouts" ]; then
        rm -rf "$corpus"
        run python3 "$maker" --out "$corpus" --items "$1" --layouts "$layouts" >/dev/null
        echo "$maker $layouts" >"$corpus/made"
    fi
    ! builds "$1" || configure_hugo "$corpus/hugo"
    ! { builds "$1" && [ -n "$zola" ]; } || configure_zola "$corpus/zola"
    sync -f "$corpus"
    sleep 3
    find "$corpus" -type f -print0 | xargs -0 cat >/dev/null
}

configure_hugo() {
    local feeds='home = ["html", "rss"]\nsection = ["html", "rss"]'
    mkdir -p "$1/layouts/_default"
    printf 'baseURL = "https://news.example.org/"\ntitle = "Corpus"\n[services.rss]\nlimit = 30\n[outputs]\n%b\n' "$feeds" |
        tee "$1/pages.toml" >"$1/lists.toml"
    # No pages and feeds of tags, which tidings makes when they are asked for.
    sed -i '1i disableKinds = ["taxonomy", "term"]' "$1/pages.toml"
    # Items that are listed and read, but get no page of their own.
    sed -i '1i disableKinds = ["taxonomy", "term", "404", "sitemap"]' "$1/lists.toml"
    printf '[[cascade]]\n[cascade._target]\nkind = "page"\n[cascade._build]\nrender = "link"\nlist = "always"\n' >>"$1/lists.toml"
    cat >"$1/layouts/_default/list.html" <<'HTML'
<!doctype html><title>{{ .Title }}</title>
{{ $pages := .RegularPages }}{{ if .IsHome }}{{ $pages = site.RegularPages }}{{ end }}
{{ range first 30 $pages }}<p><a href="{{ .Permalink }}">{{ .Title }}</a> {{ .Date }} {{ .Description }}</p>
{{ end }}
HTML
    echo '<!doctype html><title>{{ .Title }}</title><h1>{{ .Title }}</h1>{{ .Date }} {{ .Content }}' >"$1/layouts/_default/single.html"
}

configure_zola() {
    local folder
    mkdir -p "$1/templates"
    cat >"$1/config.toml" <<'TOML'
base_url = "https://news.example.org"
title = "Corpus"
generate_feeds = true
feed_filenames = ["rss.xml"]
feed_limit = 30
TOML
    printf '+++\ntitle = "Corpus"\nsort_by = "date"\n+++\n' >"$1/content/_index.md"
    for folder in "$1"/content/*/; do
        printf '+++\ntitle = "%s"\nsort_by = "date"\ngenerate_feeds = true\n+++\n' "$(basename "$folder")" >"$folder/_index.md"
    done
    cat >"$1/templates/section.html" <<'HTML'
<!doctype html><title>{{ section.title }}</title>
{% for page in section.pages | slice(end=30) %}<p><a href="{{ page.permalink }}">{{ page.title }}</a> {{ page.date }} {{ page.description }}</p>
{% endfor %}
HTML
    # The home page lists the sections: a list of all items takes Zola half as much memory again.
    echo '<!doctype html><title>{{ section.title }}</title>{% for path in section.subsections %}<p>{{ path }}</p>{% endfor %}' >"$1/templates/index.html"
    echo '<!doctype html><title>{{ page.title }}</title><h1>{{ page.title }}</h1>{{ page.date }} {{ page.content | safe }}' >"$1/templates/page.html"
}

# newest DIRECTORY ENDING : the file of the newest item, which every feed's window has.
newest() {
    grep -rm1 '^date = ' --include="*.$2" "$1" | sed 's/^\(.*\):date = \(.*\)$/\2 \1/' | sort | tail -n 1 | cut -d' ' -f2-
}

# build N TOOL FIGURE : a build of everything, over what an earlier one left.
build() {
    local site=$work/$1/${2%-*} command
    case $2 in
        hugo-*) command=(hugo --quiet --source "$site" --config "$site/${2#hugo-}.toml" --cacheDir "$built/cache" --destination "$built/$2") ;;
        zola-*) command=("$zola" --root "$site" build --force --output-dir "$built/$2") ;;
    esac
    if ! measure "$3" build "$work/build.log" "${command[@]}"; then
        tail -n 5 "$work/build.log" >&2
        return 1
    fi
}

# feed TOOL : the feed that a tool has built.
feed() { case $1 in hugo-*) echo "$built/$1/index.xml" ;; zola-*) echo "$built/$1/rss.xml" ;; esac; }

tools() { builds "$1" && echo hugo-lists hugo-pages ${zola:+zola-pages}; }

# measure_first N : first and warm start of tidings and a first build of each other tool, in turns.
measure_first() {
    local data=$work/$1/toml/data tool
    for _ in $(seq "$rounds"); do
        rm -rf "$work/$1/state"
        measure "$1-first" start "$tidings" "$data" "$work/$1/state"
        measure "$1-warm" start "$tidings" "$data" "$work/$1/state"
        for tool in $(tools "$1"); do
            rm -rf "${built:?}/$tool" "$built/cache" "$work/$1/hugo/resources"
            build "$1" "$tool" "$1-$tool" || continue
            [ "$(grep -o '<item>' "$(feed "$tool")" | wc -l)" -eq 30 ] || echo "$tool has not built a feed of 30 items" >&2
        done
    done
}

# measure_edits N : edits under a running tidings, then edits with a build each.
measure_edits() {
    local data=$work/$1/toml/data item tool number
    measure "$1-edit" edits "$tidings" "$data" "$work/$1/state" "$(newest "$data" toml)" "$edits" ||
        echo "tidings does not take in edits while it runs: no figure" >&2
    for tool in $(tools "$1"); do
        [ -s "$work/figures/$1-$tool" ] || continue
        item=$(newest "$work/$1/${tool%-*}/content" md)
        cp "$item" "$work/original"
        for number in $(seq "$rebuilds"); do
            sed -i "0,/^title = .*/s//title = \"Edit $number of the measurement\"/" "$item"
            build "$1" "$tool" "$1-$tool-edit" || break
            grep -q "Edit $number of the measurement" "$(feed "$tool")" || echo "$tool has not taken in an edit" >&2
        done
        cp "$work/original" "$item"
    done
}

name() {
    case $1 in
        first) echo 'tidings, first start' ;;
        warm) echo 'tidings, warm start' ;;
        hugo-lists) echo 'Hugo, lists and feeds' ;;
        hugo-pages) echo 'Hugo, with item pages' ;;
        zola-pages) echo 'Zola, with item pages' ;;
    esac
}

print_first() {
    local items figure peak
    printf '\n(a) first edition, median of %s; ratios to the first start of tidings\n\n' "$rounds"
    echo '| items | | seconds | peak memory, MB | resident, MB | ratio of seconds | ratio of peak memory |'
    echo '|---|---|---|---|---|---|---|'
    for items in $sizes; do
        for figure in first warm $(tools "$items"); do
            # A build ends, so it has a peak alone.
            peak=2 resident=-
            case $figure in first | warm) peak=3 resident=$(median "$items-$figure" 2) ;; esac
            printf '| %s | %s | %s | %s | %s | %s | %s |\n' "$items" "$(name "$figure")" \
                "$(calculate %.2f a "$(median "$items-$figure" 1)")" "$(calculate %.0f a "$(median "$items-$figure" "$peak")")" \
                "$(calculate %.0f a "$resident")" \
                "$(calculate %.1f a/b "$(median "$items-$figure" 1)" "$(median "$items-first" 1)")" \
                "$(calculate %.1f a/b "$(median "$items-$figure" "$peak")" "$(median "$items-first" 3)")"
        done
    done
}

print_edits() {
    local items tool edit
    printf '\n(b) one item saved, until the new feed is served (tidings, %s edits) or built (others, %s edits)\n\n' "$edits" "$rebuilds"
    echo '| items | | p50, ms | p99, ms | max, ms | in time | ratio of p50 |'
    echo '|---|---|---|---|---|---|---|'
    for items in $sizes; do
        edit=$items-edit
        printf '| %s | tidings | %s | %s | %s | %s | %s |\n' "$items" "$(calculate %.1f a*1000 "$(median "$edit" 1)")" \
            "$(calculate %.1f a*1000 "$(median "$edit" 2)")" "$(calculate %.1f a*1000 "$(median "$edit" 3)")" \
            "$(calculate %d a "$(median "$edit" 4)")" "$(calculate %.0f a/a "$(median "$edit" 1)")"
        for tool in $(tools "$items"); do
            printf '| %s | %s | %s | | | | %s |\n' "$items" "$(name "$tool")" "$(calculate %.0f a*1000 "$(median "$items-$tool-edit" 1)")" \
                "$(calculate %.0f a/b "$(median "$items-$tool-edit" 1)" "$(median "$edit" 1)")"
        done
    done
}

# Bytes per item are what the items beyond the size before cost.
print_growth() {
    local items before='' figures per_item
    printf '\n(c) growth of tidings; bytes per item from each size to the next\n\n'
    echo '| items | first start, s | warm start, s | resident, MB | bytes per item | edit p50, ms |'
    echo '|---|---|---|---|---|---|'
    echo 'items,first_start_seconds,warm_start_seconds,resident_megabytes,bytes_per_item,edit_p50_seconds' >"$out/growth.csv"
    for items in $sizes; do
        figures=("$(median "$items-first" 1)" "$(median "$items-warm" 1)" "$(median "$items-first" 2)" "$(median "$items-edit" 1)")
        per_item=-
        [ -z "$before" ] || per_item=$(calculate %.0f '(a-b)*1e6/(c-d)' "${figures[2]}" "$(median "$before-first" 2)" "$items" "$before")
        printf '| %s | %s | %s | %s | %s | %s |\n' "$items" "$(calculate %.2f a "${figures[0]}")" "$(calculate %.2f a "${figures[1]}")" \
            "$(calculate %.1f a "${figures[2]}")" "${per_item/-/–}" "$(calculate %.1f a*1000 "${figures[3]}")"
        echo "$items,${figures[0]},${figures[1]},${figures[2]},${per_item/#-/},${figures[3]/#-/}" >>"$out/growth.csv"
        before=$items
    done
    python3 benches/plot.py "$out/growth.csv" "$out/growth.svg"
}

# What else the machine was doing belongs to the figures.
load_before=$(cut -d' ' -f1 /proc/loadavg)
for items in $sizes; do
    make_items "$items"
    measure_first "$items"
    measure_edits "$items"
    rm -rf "${built:?}"/*
done
printf '%s cores, load %s before; items of %s' "$(nproc)" "$load_before" "$(basename "$maker")"
[ -z "$build_sizes" ] || printf '; %s' "$(hugo version | cut -d' ' -f1,2)"
[ -z "$zola" ] || printf '; %s' "$("$zola" --version)"
echo
print_first
print_edits
print_growth
