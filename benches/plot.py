#!/usr/bin/env python3
"""Draws docs/growth.svg out of docs/growth.csv: seconds on the left, memory on the right, both axes logarithmic.

usage: plot.py CSV SVG
"""
import csv
import math
import sys
from html import escape

WIDTH, HEIGHT = 880, 420
TOP, BOTTOM = 70, 360
LABELS_APART = 15

STYLE = """
svg { font: 12px system-ui, sans-serif; fill: #1f2328 }
.paper { fill: #ffffff } .grid { stroke: #d8dee4 } .axis { fill: #59636e }
.blue { color: #0969da } .green { color: #1a7f37 } .red { color: #cf222e } .violet { color: #8250df }
.line { fill: none; stroke: currentColor; stroke-width: 2 } .mark { fill: currentColor }
@media (prefers-color-scheme: dark) {
svg { fill: #f0f6fc } .paper { fill: #0d1117 } .grid { stroke: #30363d } .axis { fill: #9198a1 }
.blue { color: #4493f8 } .green { color: #3fb950 } .red { color: #f85149 } .violet { color: #ab7df8 }
}
"""

# For each panel: heading, left and right edge, how a value is written, and the columns with their names and colours.
PANELS = [
    ("time", 70, 330, lambda value: f"{value:.3g} s" if value >= 1 else f"{value * 1000:.3g} ms", [
        ("first_start_seconds", "first start", "blue"),
        ("warm_start_seconds", "warm start", "green"),
        ("edit_p50_seconds", "edit, median", "red"),
    ]),
    ("resident memory", 560, 760, lambda value: f"{value:,.4g} MB" if value < 1000 else f"{value:,.0f} MB", [
        ("resident_megabytes", "", "violet"),
    ]),
]


def scale(values, low, high):
    """A logarithmic scale over whole powers of ten: those powers, and where a value lies between two coordinates."""
    first = math.floor(math.log10(min(values)))
    last = max(math.ceil(math.log10(max(values))), first + 1)
    return range(first, last + 1), lambda value: low + (math.log10(value) - first) / (last - first) * (high - low)


def panel(rows, heading, left, right, written, columns):
    series = [(name, colour, [(int(row["items"]), float(row[column])) for row in rows if row[column]])
              for column, name, colour in columns]
    series = [one for one in series if one[2]]
    yield f'<text x="{left}" y="{TOP - 14}" font-weight="600">{escape(heading)}</text>'
    decades, across = scale([int(row["items"]) for row in rows], left, right)
    for power in decades:
        x = across(10**power)
        yield f'<line class="grid" x1="{x:.1f}" y1="{TOP}" x2="{x:.1f}" y2="{BOTTOM}"/>'
        yield f'<text class="axis" x="{x:.1f}" y="{BOTTOM + 18}" text-anchor="middle">{10**power:,}</text>'
    yield f'<text class="axis" x="{(left + right) / 2}" y="{BOTTOM + 38}" text-anchor="middle">items</text>'
    decades, down = scale([value for _, _, points in series for _, value in points], BOTTOM, TOP)
    for power in decades:
        y = down(10.0**power)
        yield f'<line class="grid" x1="{left}" y1="{y:.1f}" x2="{right}" y2="{y:.1f}"/>'
        yield f'<text class="axis" x="{left - 8}" y="{y + 4:.1f}" text-anchor="end">{written(10.0**power)}</text>'
    labels = []
    for name, colour, points in series:
        places = [(across(items), down(value)) for items, value in points]
        yield f'<polyline class="line {colour}" points="{" ".join(f"{x:.1f},{y:.1f}" for x, y in places)}"/>'
        for x, y in places:
            yield f'<circle class="mark {colour}" cx="{x:.1f}" cy="{y:.1f}" r="3.5"/>'
        labels.append((places[-1], colour, f"{name} {written(points[-1][1])}".strip()))
    lowest = -math.inf
    for (x, y), colour, label in sorted(labels, key=lambda one: one[0][1]):
        lowest = max(y, lowest + LABELS_APART)
        yield f'<text class="mark {colour}" x="{x + 10:.1f}" y="{lowest + 4:.1f}">{escape(label)}</text>'


def main():
    _, source, target = sys.argv
    with open(source, encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    title = f"tidings: a start, an edit and memory, from {int(rows[0]['items']):,} to {int(rows[-1]['items']):,} items"
    out = [f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" role="img">',
           f"<title>{escape(title)}</title>", f"<style>{STYLE}</style>",
           f'<rect class="paper" width="{WIDTH}" height="{HEIGHT}"/>',
           f'<text x="20" y="28" font-size="16" font-weight="600">{escape(title)}</text>']
    for one in PANELS:
        out += panel(rows, *one)
    with open(target, "w", encoding="utf-8", newline="\n") as file:
        file.write("\n".join([*out, "</svg>", ""]))


if __name__ == "__main__":
    main()
