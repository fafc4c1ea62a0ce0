"""
The chart of a run: requests per second over bare YARP, a group of bars a scenario, with the lowest and highest round as a line. As a program it draws
curves, for loadtests/drills/growth.sh: figures as JSON from standard input, into the file that is named.
"""
import json
import math
import pathlib
import sys
from html import escape

from peers import TITLES

SHOWN = {"one": "one token", "bad": "50 % bad signatures"}
COLOURS = {"stock": "#9aa5b1", "stock-redis": "#7b8794", "haproxy-jwt": "#d9a441", "apache": "#c06c5b", "gateway": "#2f6f9f"}
LEFT, WIDTH, BAR, GAP = 170, 520, 14, 16


def draw(document):
    parts, y = [], 60
    shown = [document["scenarios"].get(scenario, {}).get(name, {}).get("ratio") for scenario in SHOWN for name in COLOURS]
    scale = WIDTH / max(1.2, *(ratio["max"] for ratio in shown if ratio), 0)
    for scenario, title in SHOWN.items():
        peers = [(name, document["scenarios"].get(scenario, {}).get(name, {}).get("ratio")) for name in COLOURS]
        peers = [(name, ratio) for name, ratio in peers if ratio]
        if not peers:
            continue
        parts.append(text(LEFT - 10, y + len(peers) * BAR / 2 + 4, title, "end"))
        for name, ratio in peers:
            parts.append(f'<rect x="{LEFT}" y="{y}" width="{ratio["median"] * scale:.1f}" height="{BAR - 3}" fill="{COLOURS[name]}"/>')
            parts.append(f'<path d="M{LEFT + ratio["min"] * scale:.1f} {y + 5.5}H{LEFT + ratio["max"] * scale:.1f}" stroke="#222"/>')
            parts.append(text(LEFT + max(ratio["median"], ratio["max"]) * scale + 5, y + 9, f"{ratio['median']:.2f}", "start", 10))
            y += BAR
        y += GAP
    legend, x = [], 20
    for name, colour in COLOURS.items():
        title = TITLES[name].replace("`", "")
        legend.append(f'<rect x="{x}" y="30" width="10" height="10" fill="{colour}"/>' + text(x + 14, 39, title, "start", 9))
        x += 34 + 5 * len(title)
    line = f'<path d="M{LEFT + scale:.1f} 50V{y}" stroke="#888" stroke-dasharray="3 3"/>' + text(LEFT + scale, y + 12, "bare YARP", "middle", 10)
    height = y + 24
    return (f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 780 {height}" font-family="sans-serif" role="img">\n'
            f'<title>Requests per second over bare YARP</title>\n<rect width="780" height="{height}" fill="#fff"/>\n'
            + text(20, 18, "Requests per second over bare YARP, medians; the line shows the lowest and highest round", "start", 12) + "\n"
            + "\n".join([*legend, line, *parts]) + "\n</svg>\n")


def text(x, y, content, anchor, size=11):
    return f'<text x="{x:.1f}" y="{y:.1f}" font-size="{size}" text-anchor="{anchor}">{escape(content)}</text>'


# Of a series, in light and in dark.
CURVES = [("#2f6f9f", "#6cb2e6"), ("#b3541e", "#f0965a"), ("#3d7a3d", "#7cc47c"), ("#7a4fa3", "#bb95e0")]
PANEL, HIGH, MARGIN = 300, 150, 62


def curves(figures):
    """A panel for each figure, two in a row: sizes on a logarithmic axis, the figure from zero."""
    most = math.log10(max(size for figure in figures for line in figure["lines"] for size, _ in line["points"]))
    parts, names = [], [line["name"] for line in figures[0]["lines"]]
    for i, name in enumerate(names):
        parts.append(f'<rect class="c{i}" x="{MARGIN + 110 * i}" y="12" width="10" height="10"/>' + text(MARGIN + 14 + 110 * i, 21, name, "start"))
    for index, figure in enumerate(figures):
        left, top = MARGIN + (index % 2) * (PANEL + MARGIN + 16), 62 + (index // 2) * (HIGH + 72)
        highest = nice(max(value for line in figure["lines"] for _, value in line["points"]))
        parts.append(text(left, top - 12, figure["title"], "start", 12))
        for share in (0, 0.5, 1):
            y = top + HIGH * (1 - share)
            parts.append(f'<path class="grid" d="M{left} {y:.1f}H{left + PANEL}"/>' + text(left - 6, y + 4, f"{highest * share:g}", "end", 10))
        for power in range(0, int(most) + 1, 2):
            parts.append(text(left + PANEL * power / most, top + HIGH + 16, f"{10 ** power:,}", "middle", 10))
        for i, line in enumerate(figure["lines"]):
            points = [(left + PANEL * math.log10(max(1, size)) / most, top + HIGH * (1 - value / highest)) for size, value in line["points"]]
            parts.append(f'<polyline class="l{i}" points="{" ".join(f"{x:.1f},{y:.1f}" for x, y in points)}"/>')
            parts += [f'<circle class="c{i}" cx="{x:.1f}" cy="{y:.1f}" r="2.5"/>' for x, y in points]
    height = 62 + (len(figures) + 1) // 2 * (HIGH + 72)
    return (f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {2 * (PANEL + MARGIN + 16) + 20} {height}" font-family="sans-serif" role="img">\n'
            f'<title>{escape(", ".join(figure["title"] for figure in figures))}, by the number of {escape(", ".join(names))}</title>\n'
            f'<style>{style(0, "#fff", "#222", "#ddd")}@media (prefers-color-scheme: dark) {{{style(1, "#0d1117", "#e6edf3", "#30363d")}}}'
            'polyline{fill:none;stroke-width:1.5}</style>\n<rect class="page" width="100%" height="100%"/>\n' + "\n".join(parts) + "\n</svg>\n")


def style(scheme, page, ink, grid):
    return f".page{{fill:{page}}}text{{fill:{ink}}}.grid{{stroke:{grid}}}" + "".join(
        f".c{i}{{fill:{colours[scheme]}}}.l{i}{{stroke:{colours[scheme]}}}" for i, colours in enumerate(CURVES))


def nice(value):
    """The next of 1, 2, 5, 10, 20, ... above the value."""
    power = 10 ** math.floor(math.log10(value))
    return next(step * power for step in (1, 2, 5, 10) if step * power >= value)


if __name__ == "__main__":
    pathlib.Path(sys.argv[1]).write_text(curves(json.load(sys.stdin)), encoding="utf-8")
