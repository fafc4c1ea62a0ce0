"""What is measured. Each scenario runs interleaved rounds in which every peer has its turn, in another order each time."""
import itertools
import os
import statistics
import time

import load
import startup
from peers import OPEN, Peer
from processes import Server, free_ports
from revocations import arriving, fill

MANY = 10_000
BESIDE = 4
LOADED = 10
ARRIVING = 1_000
EXTRA = {"gateway-empty", "gateway-large", "gateway-full"}  # take part in one scenario of their own only


def one(run, peers):
    closed(run, peers, "one", "RS256.txt", 1)


def bad(run, peers):
    closed(run, peers, "bad", "RS256.txt", MANY, spoil=True)
    for name, samples in run.results["bad"].items():
        if name not in OPEN and any(not 0.49 < sample["rejected"] / sample["requests"] < 0.51 for sample in samples):
            raise SystemExit(f"{name} did not reject half of the requests, every second of which had a bad signature.")


def latency(run, peers):
    """60 % of what bare YARP can do, for those who can do as much."""
    bare = next((peer for peer in peers if peer.name == "bare"), None)
    if bare is None:
        run.notes.append("latency needs the peer `bare`, whose maximum sets the rate.")
        return
    rate = int(0.6 * capacity(run, bare))
    fit = [peer for peer in peers if capacity(run, peer) > 1.2 * rate]
    run.notes.append(f"latency: {rate} requests/s. Too much for {', '.join(peer.name for peer in peers if peer not in fit) or 'nobody'}.")
    interleaved(run, fit, "latency", lambda peer, seconds: scheduled(run, peer, rate, seconds))


def latency_all(run, peers):
    """60 % of what the slowest can do, for all."""
    rate = int(0.6 * min(capacity(run, peer) for peer in peers))
    run.notes.append(f"latency-all: {rate} requests/s.")
    interleaved(run, peers, "latency-all", lambda peer, seconds: scheduled(run, peer, rate, seconds))


def flood(run, peers):
    """
    Good traffic at a quarter of what the peer can do: alone, beside as many good tokens, and beside as many bad signatures. What the second
    costs is the machine's; what the third costs beyond it is the checking.
    """
    checked = [peer for peer in peers if peer.name not in OPEN]
    with open(run.tokens / "RS256.txt", encoding="ascii") as lines:
        good = [line.strip() for line in itertools.islice(lines, BESIDE)]
    tokens = {"quiet": [], "beside-good": good, "flood": [spoilt(token + "\n").strip() for token in good]}
    run.results.update({leg: {} for leg in tokens})
    for peer in checked:
        if any(peer.status(token) not in (400, 401) for token in tokens["flood"]):
            raise SystemExit(f"{peer.name} does not reject a bad signature.")
    for turn in range(run.rounds):
        for peer in rotated(checked, turn):
            rate = int(0.25 * capacity(run, peer))
            for leg in rotated(list(tokens), turn):
                clients = load.beside(peer.url, tokens[leg], rate, run.seconds + 2) if tokens[leg] else []
                run.record(leg, peer.name, scheduled(run, peer, rate, run.seconds))
                counts = load.answered(clients, run.seconds)
                if sum(counts) - counts[2 if leg == "flood" else 0] or sum(counts) < 0.8 * rate * run.seconds * bool(clients):
                    raise SystemExit(f"{peer.name} let a bad signature through, or could not answer: {counts} beside {rate} requests/s.")


def memory(run, peers):
    """Of a process of its own: started, loaded with one token until most of its code is compiled, and looked at."""
    names = [peer.name for peer in peers if peer.name not in ("direct", "bare-again")]
    if "gateway" in names:
        names.append("gateway-empty")
    for _ in range(min(3, run.rounds)):
        for name in names:
            peer = Peer(name, run)
            try:
                peer.start()
                load.closed(peer.url, run.tokens / "RS256.txt", 1, max(LOADED, run.seconds))
                run.record("memory", name, {"resident": peer.server.resident_bytes()})
            finally:
                peer.stop()


def large(run, peers):
    """1,000 routes and 100 issuers beside 1 and 1."""
    gateway = [peer for peer in peers if peer.name == "gateway"]
    if gateway:
        peer = Peer("gateway-large", run)
        try:
            load.closed(peer.start().url, run.tokens / "RS256.txt", 1, run.warm_up)
            closed(run, [*gateway, peer], "large", "RS256.txt", 1)
        finally:
            peer.stop()


def revocations(run, _):
    """A gateway with ten million revocations and a thousand more a second beside one that has none."""
    count = int(os.environ.get("LONG", "10000000"))
    port = free_ports(1)[0]
    redis = Server(["redis-server", "--port", str(port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no",
                    "--dir", str(run.folder)], run.folder / "redis-long.log")
    both = [Peer("gateway-empty", run), Peer("gateway-full", run, port)]
    try:
        fill(port, count, with_keys=False)
        for peer in both:
            begun = time.monotonic()
            peer.start()
            if peer.name == "gateway-full":
                run.notes.append(f"revocations: {count:,} entries, of which a gateway knew after {time.monotonic() - begun:.0f} s.")
            load.closed(peer.url, run.tokens / "RS256.txt", 1, run.warm_up)
        for peer in both:
            peer.server.pause()
        alone(run, both, "revocations-quiet", 1)
        # Whichever has its turn, Redis and the one who writes cost the same.
        with arriving(port, ARRIVING):
            alone(run, both, "revocations", 1)
            alone(run, both, "revocations-many", MANY)
    finally:
        for server in [*both, redis]:
            server.stop()


def alone(run, peers, scenario, count):
    """Turns in which the others stand still, so that what they do beside requests is not paid by the one that is measured."""
    for turn in range(run.rounds):
        for peer in rotated(peers, turn):
            peer.server.resume()
            peer.wait(lambda: peer.status(run.good_token()) == 200, "A 200 after a pause")
            load.closed(peer.url, run.tokens / "RS256.txt", count, 1)
            run.record(scenario, peer.name, sampled(run, peer, lambda: load.closed(peer.url, run.tokens / "RS256.txt", count, run.seconds)))
            peer.server.pause()


# Settings of the runtime that differ from the defaults of .NET, which the gateway and its peers run with.
SETTINGS = {
    "as shipped": {},
    "as shipped, again": {},
    "waiting threads do not spin": {"DOTNET_ThreadPool_UnfairSemaphoreSpinLimit": "0"},
    "workstation GC": {"DOTNET_gcServer": "0"},
    "server GC that does not adapt (no DATAS)": {"DOTNET_GCDynamicAdaptationMode": "0"},
    "no dynamic PGO": {"DOTNET_TieredPGO": "0"},
    "sockets completed on the polling threads": {"DOTNET_SYSTEM_NET_SOCKETS_INLINE_COMPLETIONS": "1"},
}


def runtime(run, _):
    """The gateway with other settings of the runtime, on one core and on all."""
    for cores in sorted({1, os.cpu_count() or 1}):
        peers = []
        try:
            for name, environment in SETTINGS.items():
                peer = Peer("gateway", run, environment=environment, cores=cores)
                peer.setting = name
                peers.append(peer)
                # A core that serves and compiles takes longer to be done with the second.
                load.closed(peer.start().url, run.tokens / "RS256.txt", 1, run.warm_up * (2 if cores == 1 else 1))
                peer.server.pause()
            for turn in range(run.rounds):
                for peer in rotated(peers, turn):
                    peer.server.resume()
                    load.closed(peer.url, run.tokens / "RS256.txt", 1, 1)
                    sample = sampled(run, peer, lambda: load.closed(peer.url, run.tokens / "RS256.txt", 1, run.seconds))
                    run.record(f"runtime-{cores}", peer.setting, sample)
                    peer.server.pause()
        finally:
            for peer in peers:
                peer.stop()


def start(run, _):
    for seconds in startup.times(run.product, run.tokens, run.folder, run.destination.port, run.rounds, run.good_token()):
        run.record("start", "gateway", {"start_seconds": seconds})


ALL = {"one": one, "bad": bad, "latency": latency, "latency-all": latency_all, "flood": flood,
       "large": large, "runtime": runtime, "revocations": revocations, "memory": memory, "start": start}
ORDER = list(ALL)


def closed(run, peers, scenario, tokens, count, spoil=False):
    interleaved(run, peers, scenario, lambda peer, seconds: load.closed(peer.url, run.tokens / tokens, count, seconds, spoil))


def interleaved(run, peers, scenario, measure):
    for peer in peers:
        measure(peer, max(1, run.seconds // 2))
    for turn in range(run.rounds):
        for peer in rotated(peers, turn):
            run.record(scenario, peer.name, sampled(run, peer, lambda: measure(peer, run.seconds)))


def rotated(peers, turn):
    """Another first one each round, and backwards every second time, so that nobody always comes after the same."""
    at = turn % len(peers) if peers else 0
    order = peers[at:] + peers[:at]
    return order if turn % 2 == 0 else order[::-1]


def sampled(run, peer, measure):
    before = peer.server.cpu_seconds(), run.redis.cpu_seconds(), peer.allocated()
    result = measure()
    requests = max(1, result.get("sent", result.get("requests", 0)))
    result["cpu_microseconds"] = (peer.server.cpu_seconds() - before[0]) / requests * 1e6
    result["redis_microseconds"] = (run.redis.cpu_seconds() - before[1]) / requests * 1e6
    if before[2] is not None:
        result["allocated_bytes"] = (peer.allocated() - before[2]) / requests
    result["resident"] = peer.server.resident_bytes()
    if "seconds" in result:
        result["requests_per_second"] = result["requests"] / result["seconds"]
    if result.get("broken", 0) > 0.001 * requests:
        run.notes.append(f"{peer.name}: {result['broken']} of {requests} requests broke.")
    return result


def scheduled(run, peer, rate, seconds):
    client = load.scheduled(run.binaries, peer.url, run.folder / "one.txt", rate, seconds)
    result = load.finish(client, seconds)
    # The client's first second is not among its results, but it costs the proxy like any other.
    result["sent"] = result.get("requests", 0) + rate
    return result


def capacity(run, peer):
    """Requests per second with one token: from this run, else from two seconds."""
    if peer.name not in run.capacities:
        samples = run.results.get("one", {}).get(peer.name)
        run.capacities[peer.name] = (
            statistics.median(sample["requests_per_second"] for sample in samples) if samples
            else (lambda result: result["requests"] / result["seconds"])(load.closed(peer.url, run.tokens / "RS256.txt", 1, 2)))
    return run.capacities[peer.name]


def spoilt(token):
    at = token.rindex(".") + 9
    return token[:at] + ("B" if token[at] == "A" else "A") + token[at + 1:]
