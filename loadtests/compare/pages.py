"""The tables of a run in Markdown, for the terminal and for docs/performance.md."""
import re

from peers import TITLES

BEGIN, END = "<!-- results: written by loadtests/compare/run.sh -->", "<!-- end of results -->"
SETTINGS_BEGIN, SETTINGS_END = "<!-- settings: written by loadtests/compare/run.sh -->", "<!-- end of settings -->"
NAMES = {
    "one": "One RS256 token",
    "bad": "Every second signature bad",
    "large": "1,000 routes and 100 issuers beside 1 and 1",
    "revocations-quiet": "A very long revocation list beside an empty one",
    "revocations": "The same while 1,000 revocations a second arrive in Redis",
    "revocations-many": "The same with 10,000 tokens in turn",
    "latency": "Times at 60 % of bare YARP's maximum, open loop",
    "latency-all": "Times at 60 % of the slowest one's maximum, open loop",
    "quiet": "Times of good tokens at a quarter of each one's maximum, open loop",
    "beside-good": "The same beside as many good tokens",
    "flood": "The same beside as many bad signatures",
}


def tables(document):
    machine, settings = document["machine"], document["settings"]
    versions = ", ".join(f"{name} {version}" for name, version in machine["versions"].items() if version)
    parts = [f"Run of {document['started']}, commit {machine['commit']}: {machine['processor']}, {machine['cores']} cores, "
             f"{machine['memory_gib']} GiB, Linux {machine['kernel']}. {versions}. {settings['rounds']} rounds of {settings['seconds_each']} s after "
             f"{settings['warm_up']} s of warm-up, {settings['revoked']:,} revocations in Redis. "
             f"Medians, with the lowest and highest round in brackets.", goals(document)]
    for scenario, peers in document["scenarios"].items():
        if scenario in NAMES:
            table = times(peers) if any("p99" in peer for peer in peers.values()) else throughput(document, scenario, peers)
            parts.append(f"### {NAMES[scenario]}\n\n{table}")
    parts += [runtime(document), memory(document), checks(document)]
    if document["notes"]:
        parts.append("Notes of this run:\n\n" + "\n".join(f"- {note}" for note in document["notes"]))
    return "\n\n".join(part for part in parts if part)


def goals(document):
    rows = [[goal["goal"], f"{goal['limit']:g}", f"{goal['found']:g}", "yes" if goal["met"] else "**no**",
             f"{goal['bare']:g}" if goal["bare"] else ""] for goal in document["goals"]]
    text = "### Goals\n\nThe last column is bare YARP in the gateway's place: what somebody would get who checks no token at all.\n\n"
    return text + table(["Goal", "Limit", "Found", "Met", "Bare YARP"], rows) if rows else ""


def throughput(document, scenario, peers):
    rows = []
    for name, found in peers.items():
        versus = document["against"][scenario].get(name)
        allocated = found.get("allocated_bytes")
        rows.append([TITLES[name], f"{found['requests_per_second']['median']:,.0f}", spread(found.get("ratio"), 3), spread(versus, 2),
                     spread(found["cpu_microseconds"], 1), spread(found.get("cpu_ratio"), 2), f"{allocated['median']:,.0f}" if allocated else "",
                     f"{found['resident']['median'] / 1048576:.0f}"])
    base = "bare YARP" if "bare" in peers else "the first"
    return table(["", "requests/s", f"over {base}", "Gateway over it", "CPU µs a request", f"CPU over {base}", "bytes allocated a request",
                  "resident MiB"], rows)


def times(peers):
    rows = [[TITLES[name], f"{found['p50']:,.0f}", f"{found['p99']:,.0f}", spread(found["p99_spread"], 0), f"{found['p999']:,.0f}",
             f"{found['late_p99']:,.0f}"] if "p99" in found else [TITLES[name], *found.get("errors", ["nothing"])[:1], "", "", "", ""]
            for name, found in peers.items()]
    return table(["microseconds", "p50", "p99", "p99 by round", "p99.9", "client late, p99"], rows)


def runtime(document):
    parts = []
    for scenario, settings in document["scenarios"].items():
        if scenario.startswith("runtime-"):
            rows = [[name, spread(found["ratio"], 3), spread(found["cpu_ratio"], 3), f"{found['resident']['median'] / 1048576:.0f}"] for name, found in settings.items()]
            heads = ["", "requests/s over as shipped", "CPU over as shipped", "resident MiB"]
            cores = scenario.removeprefix("runtime-")
            parts.append(f"### Settings of the runtime, gateway on {cores} core{'' if cores == '1' else 's'}\n\n" + table(heads, rows))
    return "\n\n".join(parts)


def memory(document):
    rows = [[TITLES[name], spread({key: value / 1048576 for key, value in found["resident"].items()}, 0)]
            for name, found in document["scenarios"].get("memory", {}).items()]
    start = document["scenarios"].get("start", {}).get("gateway", {}).get("start_seconds")
    text = "### Resident memory after one load, each in a new process\n\n" + table(["", "MiB"], rows) if rows else ""
    return text + (f"\n\nProcess start to the first 200 with a token, compiled ahead of time: {spread(start, 3)} s." if start else "")


def checks(document):
    if not document["checks"]:
        return ""
    kinds = list(next(iter(document["checks"].values())))
    rows = [[TITLES[name], *(("**200**" if statuses[kind] == 200 and kind != "ES256" else str(statuses[kind])) for kind in kinds)]
            for name, statuses in document["checks"].items()]
    return "### What each answers to a bad token\n\nChecked before the run. 200 in bold: it lets this one through.\n\n" + table(["", *kinds], rows)


def spread(value, digits):
    if not value:
        return ""
    return f"{value['median']:.{digits}f} ({value['min']:.{digits}f} to {value['max']:.{digits}f})"


def table(head, rows):
    lines = [head, ["---"] + ["---:"] * (len(head) - 1), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def fill(page, text, begin=BEGIN, end=END):
    content = page.read_text(encoding="utf-8")
    if begin not in content or end not in content:
        raise SystemExit(f"{page} has not the two marks between which results go.")
    page.write_text(re.sub(f"{re.escape(begin)}.*?{re.escape(end)}", lambda _: f"{begin}\n\n{text}\n\n{end}", content, flags=re.DOTALL), encoding="utf-8")
