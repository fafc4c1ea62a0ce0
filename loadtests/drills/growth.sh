#!/usr/bin/env bash
# Measures the cost of a gateway as its routes, issuers, tokens and revocations grow: processor time a request, memory, time to ready, time of a reload, and
# the p99 with a reload of 10,000 routes in each turn. Everything is on loopback and ends by itself, after about twelve minutes; the largest sizes take 4 GiB.
# ROUTES (10,1000,10000), ROUTES_OF_CLUSTER (10), ISSUERS (1,100,1000), TOKENS (1000,10000,100000,1000000), REVOCATIONS (0,10000,1000000), ARRIVING
# revocations a second (0,100,1000); WARM_UP seconds (8), ROUNDS (10)
# turns of TURN milliseconds (500), RELOADS (3); RATE requests a second (500) in LOAD_ROUNDS (4) of LOAD_SECONDS (10); SEED; QUICK=1 for a trial whose
# figures mean nothing; WRITE_DOCS=1 for docs/performance.md and docs/growth.svg.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."

if [ "${QUICK:-}" = 1 ]; then
  export ROUTES=10,100,1000 ISSUERS=1,10,100 TOKENS=1000,10000 REVOCATIONS=0,1000,10000 ARRIVING=0,100 WARM_UP=1 ROUNDS=2 TURN=200 RELOADS=1 LOAD_ROUNDS=1 LOAD_SECONDS=2
fi
bash loadtests/peers/publish.sh "$PWD/artifacts/measure/product"
dotnet build loadtests/Gateway.Benchmarks -c Release --nologo -v quiet
exec dotnet loadtests/Gateway.Benchmarks/bin/Release/net10.0/Gateway.Benchmarks.dll drill growth
