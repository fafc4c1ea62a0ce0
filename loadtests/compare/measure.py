"""Measures the gateway beside other proxies in interleaved rounds; see run.sh for the settings."""
import datetime
import json
import os
import pathlib
import signal
import sys

import load
import machine
import report
import scenarios
from peers import NO_ES256, OPEN, TITLES, Peer
from processes import Server, free_ports
from revocations import fill

ROOT = pathlib.Path(__file__).resolve().parents[2]


class Run:
    """One run: its settings, its folder, the servers beside the measured ones, and what was measured."""

    def __init__(self, folder, binaries, product, tokens):
        self.folder, self.binaries, self.product, self.tokens = folder, binaries, product, tokens
        self.rounds = int(os.environ.get("ROUNDS", "5"))
        self.seconds = int(os.environ.get("SECONDS_EACH", "6"))
        self.warm_up = int(os.environ.get("WARM_UP", "30"))
        self.revoked = int(os.environ.get("REVOKED", "1000000"))
        self.pool = int(os.environ["TOKENS"])
        self.checks = json.loads((tokens / "checks.json").read_text())
        self.results, self.statuses, self.notes, self.capacities, self.failed = {}, {}, [], {}, []
        (folder / "one.txt").write_text(self.good_token() + "\n")
        self.servers = []
        self.redis_port = free_ports(1)[0]
        self.destination = self.provider = self.redis = None

    def good_token(self, algorithm="RS256"):
        with open(self.tokens / f"{algorithm}.txt", encoding="ascii") as lines:
            return lines.readline().strip()

    def start(self):
        self.redis = Server(["redis-server", "--port", str(self.redis_port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no",
                             "--dir", str(self.folder)], self.folder / "redis.log")
        self.servers.append(self.redis)
        fill(self.redis_port, self.revoked)
        self.destination = self.add("direct")
        self.provider = Peer("provider", self)
        self.servers.append(self.provider.start())

    def add(self, name):
        peer = Peer(name, self)
        self.servers.append(peer)
        return peer.start()

    def stop(self):
        for server in reversed(self.servers):
            server.stop()

    def record(self, scenario, name, sample):
        self.results.setdefault(scenario, {}).setdefault(name, []).append(sample)
        rate = sample.get("requests_per_second")
        text = f"{rate:9.0f}/s" if rate else json.dumps({key: value for key, value in sample.items() if key != "histogram"})
        print(f"  {scenario:12} {TITLES.get(name, name):34} {text}", flush=True)


def check(run, peers):
    """A good token passes, each bad one is rejected, and the gateway tells the destination who calls."""
    must = ("none", "malformed", "bad signature", "another key", "alg none")
    for peer in peers:
        if peer.name in OPEN:
            continue
        statuses = {kind: peer.status(token) for kind, token in run.checks.items()}
        statuses["ES256"] = peer.status(run.good_token("ES256"))
        run.statuses[peer.name] = statuses
        passed = [kind for kind in must if statuses[kind] not in (400, 401)]
        if passed:
            raise SystemExit(f"{peer.name} does not reject: {', '.join(passed)}. A comparison with it would mean nothing.")
        if statuses["ES256"] != 200 and peer.name not in NO_ES256:
            raise SystemExit(f"{peer.name} answers a good ES256 token with {statuses['ES256']}.")
        if peer.name.startswith("gateway"):
            _, headers = peer.answer(run.good_token(), "/orders/headers")
            names = [line.split(":")[0].lower() for line in headers.splitlines()]
            if sum(name.startswith("x-auth-") for name in names) != 5 or "authorization" in names:
                raise SystemExit(f"{peer.name} does not set five identity headers in place of the token: {names}")


def attempt(run, name, peers):
    """What one scenario comes to grief over does not cost the others their results."""
    try:
        scenarios.ALL[name](run, peers)
    except SystemExit as failure:
        print(f"{name}: {failure}", file=sys.stderr, flush=True)
        run.failed.append(f"{name} was not finished: {str(failure).splitlines()[0]}")


def stop(*_):
    """Ends the run; asking again does not cut short the ending of the servers."""
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    raise KeyboardInterrupt


def main():
    folder, binaries, product, tokens, artifacts = map(pathlib.Path, sys.argv[1:6])
    run = Run(folder, binaries, product, tokens)
    chosen = os.environ.get("SCENARIOS", " ".join(scenarios.ALL)).split()
    names = os.environ.get("PEERS", " ".join(name for name in TITLES if name not in scenarios.EXTRA)).split()
    unknown = [name for name in chosen if name not in scenarios.ALL] + [name for name in names if name not in TITLES]
    if unknown:
        raise SystemExit(f"Unknown: {' '.join(unknown)}. Scenarios: {' '.join(scenarios.ALL)}. Peers: {' '.join(TITLES)}.")
    started = datetime.datetime.now(datetime.timezone.utc)
    # Whoever ends the run ends what it started. Not sys.exit, which would end the one scenario only.
    signal.signal(signal.SIGTERM, stop)
    try:
        run.start()
        peers = [run.destination if name == "direct" else run.add(name) for name in TITLES if name in names]
        check(run, peers)
        # The runtime recompiles what is hot, and that takes a while under load.
        for peer in peers:
            load.closed(peer.url, tokens / "RS256.txt", 1, run.warm_up)
        for name in scenarios.ORDER:
            if name in chosen:
                attempt(run, name, peers)
    except KeyboardInterrupt:
        raise SystemExit("stopped") from None
    finally:
        run.stop()
    run.notes += run.failed
    document = report.summarise(run, machine.describe(binaries), started)
    report.write(document, ROOT, artifacts)
    sys.exit(1 if run.failed else 0)


if __name__ == "__main__":
    main()
