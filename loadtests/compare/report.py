"""What a run found: ratios with their spread, goals, and the files that keep them."""
import json
import os
import statistics

import chart
import load
import pages

CLOSED = ("one", "bad", "large", "revocations-quiet", "revocations", "revocations-many")


def summarise(run, machine, started):
    scenarios = {}
    for scenario, peers in run.results.items():
        base = next((peers[name] for name in ("bare", "gateway", "gateway-empty", "as shipped") if name in peers), None)
        scenarios[scenario] = {name: summary(samples, base) for name, samples in peers.items()}
    document = {
        "started": started.isoformat(timespec="seconds"),
        "machine": machine,
        "settings": {"rounds": run.rounds, "seconds_each": run.seconds, "warm_up": run.warm_up, "revoked": run.revoked, "tokens": run.pool},
        "checks": run.statuses,
        "notes": run.notes,
        "scenarios": scenarios,
        "samples": {scenario: {name: [{key: value for key, value in sample.items() if key != "histogram"} for sample in samples]
                               for name, samples in peers.items()} for scenario, peers in run.results.items()},
    }
    document["against"] = {scenario: against(run.results[scenario]) for scenario in run.results if scenario in CLOSED}
    document["goals"] = goals(document)
    return document


def summary(samples, base):
    found = {}
    for key in ("requests_per_second", "cpu_microseconds", "redis_microseconds", "allocated_bytes", "resident", "start_seconds"):
        values = [sample[key] for sample in samples if key in sample]
        if values:
            found[key] = spread(values)
    if "requests_per_second" in found and base:
        for name, key in (("ratio", "requests_per_second"), ("cpu_ratio", "cpu_microseconds")):
            found[name] = spread(ratios(key, samples, base))
    histograms = [sample["histogram"] for sample in samples if "histogram" in sample]
    if histograms:
        # Percentiles of all rounds together: an average of percentiles is no percentile.
        merged = {}
        for upper, count in (pair for histogram in histograms for pair in histogram):
            merged[upper] = merged.get(upper, 0) + count
        ordered = sorted(merged.items())
        for name, share in (("p50", 0.5), ("p99", 0.99), ("p999", 0.999)):
            found[name] = load.percentile(ordered, share)
            found[f"{name}_spread"] = spread([load.percentile(histogram, share) for histogram in histograms])
        found["late_p99"] = max(sample["lateP99"] for sample in samples if "lateP99" in sample)
    failed = [sample["error"] for sample in samples if "error" in sample]
    if failed:
        found["errors"] = failed
    return found


def spread(values):
    return {"median": statistics.median(values), "min": min(values), "max": max(values)}


def ratios(key, ours, theirs):
    """Of the same round: what else the machine did then, it did to both."""
    return [one[key] / other[key] for one, other in zip(ours, theirs) if one.get(key) and other.get(key)]


def against(peers):
    """The gateway's requests per second over each peer's, round by round."""
    ours = peers.get("gateway")
    return {name: spread(ratios("requests_per_second", ours, samples)) for name, samples in peers.items() if name != "gateway"} if ours else {}


def goals(document):
    """
    The goals that are set for the gateway: name, limit, what was found, and what bare YARP, which checks nothing, would have got in its
    place. Left out when the run had not what it takes.
    """
    found = []

    def of(scenario, peer, *keys):
        value = document["scenarios"].get(scenario, {}).get(peer)
        for key in keys:
            value = value.get(key) if isinstance(value, dict) else None
        return value

    def by_round(scenario, key, peer, base, other_scenario=None):
        samples = document["samples"]
        values = ratios(key, samples.get(scenario, {}).get(peer, []), samples.get(other_scenario or scenario, {}).get(base, []))
        return statistics.median(values) if values else None

    def goal(text, limit, value, bare=None, at_least=True):
        if value is not None:
            found.append({"goal": text, "limit": limit, "found": round(value, 3), "bare": round(bare, 3) if bare else None,
                          "met": value >= limit if at_least else value <= limit})

    def faster(text, limit, scenario, base, peer="gateway"):
        # Bare YARP is compared with itself by its second turn.
        goal(text, limit, by_round(scenario, "requests_per_second", peer, base),
             by_round(scenario, "requests_per_second", "bare-again" if base == "bare" else "bare", base))

    # The goals of known and new tokens beside bare YARP, JwtBearer and HAProxy are in loadtests/measure.json.
    faster("one token: over YARP + JwtBearer + Redis EXISTS, at least", 2.3, "one", "stock-redis")
    faster("one token: over Apache mod_auth_openidc, at least", 2.8, "one", "apache")
    goal("1,000 routes and 100 issuers over 1 and 1, at least", 0.97, by_round("large", "requests_per_second", "gateway-large", "gateway"))
    for scenario, what in (("revocations", "one token"), ("revocations-many", "10,000 tokens")):
        goal(f"a very long revocation list and 1,000 new entries a second over an empty list, {what}, at least", 0.98,
             of(scenario, "gateway-full", "ratio", "median"))
    goal("p99 over bare YARP at 60 % of its maximum, at most", 1.05, by_round("latency", "p99", "gateway", "bare"),
         by_round("latency", "p99", "bare-again", "bare"), at_least=False)
    goal("p99 of good tokens under a flood of bad signatures over that without, at most", 1.5, by_round("flood", "p99", "gateway", "gateway", "quiet"),
         at_least=False)
    goal("the same over as much more good traffic, at most", 1.5, by_round("flood", "p99", "gateway", "gateway", "beside-good"),
         at_least=False)
    ours, bare = of("one", "gateway", "allocated_bytes", "median"), of("one", "bare", "allocated_bytes", "median")
    goal("bytes allocated per request beyond bare YARP, at most", 200, ours - bare if ours and bare else None, at_least=False)
    resident = [of("memory", name, "resident", "median") for name in ("gateway-empty", "bare")]
    goal("resident memory, empty revocation list, over bare YARP, at most", 1.15, resident[0] / resident[1] if all(resident) else None, at_least=False)
    goal("seconds from process start to the first 200 with a token, at most", 1.0, of("start", "gateway", "start_seconds", "median"), at_least=False)
    return found


def rounded(value):
    if isinstance(value, dict):
        return {key: rounded(item) for key, item in value.items()}
    if isinstance(value, list):
        return [rounded(item) for item in value]
    return round(value, 4) if isinstance(value, float) else value


def write(document, root, artifacts):
    text = pages.tables(document)
    print(f"\n{text}")
    targets = [artifacts / "results"]
    if os.environ.get("WRITE_DOCS") == "1" and all(scenario.startswith("revocations") for scenario in document["scenarios"]):
        pages.fill(root / "docs" / "revocation.md", text)
    elif os.environ.get("WRITE_DOCS") == "1" and all(scenario.startswith("runtime") for scenario in document["scenarios"]):
        pages.fill(root / "docs" / "performance.md", text, pages.SETTINGS_BEGIN, pages.SETTINGS_END)
    elif os.environ.get("WRITE_DOCS") == "1":
        targets.append(root / "docs" / "performance")
        chart_line = "![Requests per second over bare YARP](performance.svg)\n\nEvery sample is in [performance.json](performance.json).\n\n"
        pages.fill(root / "docs" / "performance.md", chart_line + text)
    for target in targets:
        target.with_suffix(".json").write_text(json.dumps(rounded(document), separators=(",", ":")) + "\n", encoding="utf-8")
        target.with_suffix(".svg").write_text(chart.draw(document), encoding="utf-8")
    print(f"\nWritten: {', '.join(str(target) + '.json and .svg' for target in targets)}")
