#!/usr/bin/env bash
# Half an hour of new tokens, revocations, key rotations, reloads of yarp.json and restarts of a destination. Fails when memory, open files or
# threads of the gateway grow, or when a response is not one that is expected. Everything is on loopback and ends by itself. MINUTES (30), RATE
# requests a second (100), WRITE_DOCS=1 for docs/performance.md.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."

bash loadtests/peers/publish.sh "$PWD/artifacts/measure/product"
dotnet build loadtests/Gateway.Benchmarks -c Release --nologo -v quiet
exec dotnet loadtests/Gateway.Benchmarks/bin/Release/net10.0/Gateway.Benchmarks.dll drill soak
