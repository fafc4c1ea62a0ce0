#!/usr/bin/env bash
# Measures p99 and p99.9 of the gateway and of bare YARP at 30 % and 60 % of the highest rate that the machine can serve, in an open loop, and what the
# runtime and the kernel did meanwhile. Everything is on loopback and ends by itself, after about five minutes. WARM_UP seconds (10), KNEE_P99 milliseconds (20)
# that end the search for that rate, ROUNDS (10) of SECONDS_EACH (4), OBSERVED (3) of such turns for what happened, SEED, QUICK=1 for a trial whose
# figures mean nothing, WRITE_DOCS=1 for docs/performance.md.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."

if [ "${QUICK:-}" = 1 ]; then
  export WARM_UP=2 KNEE_P99=200 ROUNDS=1 SECONDS_EACH=1 OBSERVED=1
fi
bash loadtests/peers/publish.sh "$PWD/artifacts/measure/product"
dotnet build loadtests/Gateway.Benchmarks -c Release --nologo -v quiet
exec dotnet loadtests/Gateway.Benchmarks/bin/Release/net10.0/Gateway.Benchmarks.dll drill tail
