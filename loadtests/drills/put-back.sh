#!/usr/bin/env bash
# Empties a Redis with many revocations under gateways that know them, and takes the time until all are there again. Everything is on
# loopback and ends by itself. ENTRIES (1000000), RATE requests a second to each gateway (100), GATEWAYS (2), BEFORE seconds (15),
# WRITE_DOCS=1 for docs/revocation.md.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."

dotnet build loadtests/Gateway.Benchmarks -c Release --nologo -v quiet
exec dotnet loadtests/Gateway.Benchmarks/bin/Release/net10.0/Gateway.Benchmarks.dll drill put-back
