#!/usr/bin/env bash
# How long the published gateway takes from the start of its process to the first 200 for a request with a token, bare YARP beside it. Everything
# is on loopback and ends by itself. ROUNDS (10), WRITE_DOCS=1 for docs/performance.md.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."

bash loadtests/peers/publish.sh "$PWD/artifacts/measure/product"
dotnet build loadtests/Gateway.Benchmarks -c Release --nologo -v quiet
exec dotnet loadtests/Gateway.Benchmarks/bin/Release/net10.0/Gateway.Benchmarks.dll drill start
