"""The chart of a run: requests per second over bare YARP, a group of bars a scenario, with the lowest and highest round as a line."""
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
