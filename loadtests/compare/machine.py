"""What was measured on what."""
import os
import platform
import re
import subprocess


def describe(binaries):
    with open("/proc/meminfo", encoding="ascii") as lines:
        memory = int(next(lines).split()[1]) // 1048576
    return {
        "processor": processor(),
        "cores": os.cpu_count(),
        "memory_gib": memory,
        "kernel": platform.release().split("-")[0],
        "versions": {
            ".NET": first(["dotnet", "--list-runtimes"], r"Microsoft\.AspNetCore\.App (10\.\S+)"),
            "YARP": version(binaries, "Yarp.ReverseProxy"),
            "JwtBearer": version(binaries, "Microsoft.AspNetCore.Authentication.JwtBearer"),
            "StackExchange.Redis": version(binaries, "StackExchange.Redis"),
            "HAProxy": first(["/usr/sbin/haproxy", "-v"], r"version (\S+)"),
            "Apache": first(["/usr/sbin/apache2", "-v"], r"Apache/(\S+)"),
            "mod_auth_openidc": first(["dpkg-query", "-W", "-f", "${Version}", "libapache2-mod-auth-openidc"], r"(\S+)"),
            "Redis": first(["redis-server", "--version"], r"v=(\S+)"),
            "OpenSSL": first(["openssl", "version"], r"OpenSSL (\S+)"),
            "wrk": first(["dpkg-query", "-W", "-f", "${Version}", "wrk"], r"(\S+)"),
            "h2load": first(["h2load", "--version"], r"nghttp2/(\S+)"),
        },
        "commit": first(["git", "rev-parse", "--short", "HEAD"], r"(\w+)"),
    }


def processor():
    with open("/proc/cpuinfo", encoding="utf-8") as lines:
        found = re.search(r"model name\s*:\s*(.+)", lines.read())
    return found[1] if found else platform.machine()


def version(binaries, package):
    text = (binaries / "Gateway.Benchmarks.deps.json").read_text(encoding="utf-8")
    found = re.search(rf'"{re.escape(package)}/([^"]+)"', text)
    return found[1] if found else None


def first(command, pattern):
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=False)
    except OSError:
        return None
    matches = re.findall(pattern, done.stdout + done.stderr)
    return matches[-1] if matches else None
