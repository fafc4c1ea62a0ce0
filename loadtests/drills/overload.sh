#!/usr/bin/env bash
# What a gateway keeps of a load that is over, bare YARP beside it: thousands of busy connections, then of idle ones, then of WebSockets.
# Everything is on loopback and ends by itself, after about seven minutes. CONNECTIONS (2000) for SECONDS_OVER (30), after WARM_UP (10) and
# BEFORE (10) seconds with 32, and then AFTER (60) with 32 again; IDLE (10000) and SOCKETS (2000) connections kept for HOLD (10) seconds;
# WRITE_DOCS=1 for docs/performance.md. Each process needs as many open files as twice the connections, so the limit is raised where that is allowed.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."

ulimit -n 65536 2>/dev/null || ulimit -n "$(ulimit -Hn)"
bash loadtests/peers/publish.sh "$PWD/artifacts/measure/product"
dotnet build loadtests/Gateway.Benchmarks -c Release --nologo -v quiet
exec dotnet loadtests/Gateway.Benchmarks/bin/Release/net10.0/Gateway.Benchmarks.dll drill overload
