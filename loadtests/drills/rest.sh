#!/usr/bin/env bash
# The processor time of a gateway without requests, bare YARP beside it. Everything is on loopback and ends by itself. SETTLE seconds after the
# start (60), SECONDS_AT_REST (60), WRITE_DOCS=1 for docs/performance.md.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."

bash loadtests/peers/publish.sh "$PWD/artifacts/measure/product"
dotnet build loadtests/Gateway.Benchmarks -c Release --nologo -v quiet
exec dotnet loadtests/Gateway.Benchmarks/bin/Release/net10.0/Gateway.Benchmarks.dll drill rest
