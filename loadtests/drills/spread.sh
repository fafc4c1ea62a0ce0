#!/usr/bin/env bash
# Revokes tokens one after another at one of three gateways that share a Redis, and takes the time until each of them rejects. Everything
# is on loopback and ends by itself. COUNT revocations (1000), RATE requests a second to each gateway (100), GATEWAYS (3), WRITE_DOCS=1 for
# docs/revocation.md.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."

dotnet build loadtests/Gateway.Benchmarks -c Release --nologo -v quiet
exec dotnet loadtests/Gateway.Benchmarks/bin/Release/net10.0/Gateway.Benchmarks.dll drill spread
