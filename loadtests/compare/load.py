"""The clients: wrk (closed loop), our own that keeps to a schedule (open loop), and h2load for requests beside those."""
import json
import pathlib
import re
import subprocess

HERE = pathlib.Path(__file__).parent
CONNECTIONS = 32


def closed(url, tokens, count, seconds, spoil=False):
    """As many requests as 32 connections get answered."""
    output = run(["wrk", "-t1", f"-c{CONNECTIONS}", f"-d{seconds}s", "--timeout", "10s", "-s", str(HERE / "tokens.lua"), url, "--",
                  str(tokens), str(count), "bad" if spoil else "good"], seconds)
    result = json.loads(output.strip().splitlines()[-1])
    return {"requests": result["requests"], "seconds": result["microseconds"] / 1e6, "rejected": result["rejected"], "broken": result["broken"]}


def scheduled(binaries, url, tokens, rate, seconds):
    """Starts a client that sends at this rate; the result comes from `finish`."""
    return subprocess.Popen(["dotnet", str(binaries / "Gateway.Benchmarks.dll"), "send", url, str(tokens), str(rate), str(seconds)],
                            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def beside(url, tokens, rate, seconds):
    """Starts clients that together send at this rate and cost the machine little, one for each token; what was answered comes from `answered`."""
    return [subprocess.Popen(["h2load", "--h1", "-t1", "-c4", f"--rps={max(1, rate // (4 * len(tokens)))}", "-D", str(seconds),
                              "-H", f"authorization: Bearer {token}", url], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
            for token in tokens]


def answered(clients, seconds):
    """How many answers began with each digit from 2 to 5."""
    codes = [re.search(r"status codes: (\d+) 2xx, (\d+) 3xx, (\d+) 4xx, (\d+) 5xx", client.communicate(timeout=seconds + 60)[0]) for client in clients]
    if not all(codes):
        raise SystemExit("h2load ended without saying what it was answered.")
    return [sum(int(found[digit]) for found in codes) for digit in range(1, 5)]


def finish(client, seconds):
    output, errors = client.communicate(timeout=seconds + 60)
    return json.loads(output) if client.returncode == 0 else {"error": errors.strip().splitlines()[0] if errors.strip() else "ended"}


def percentile(histogram, share):
    left = share * sum(count for _, count in histogram)
    for upper, count in histogram:
        left -= count
        if left <= 0:
            return upper
    return None


def run(arguments, seconds):
    done = subprocess.run(arguments, capture_output=True, text=True, timeout=seconds + 60, check=False)
    if done.returncode != 0:
        raise SystemExit(f"{' '.join(arguments[:6])} failed: {done.stderr or done.stdout}")
    return done.stdout
