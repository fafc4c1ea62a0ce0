#!/usr/bin/env bash
# Floods a gateway with tokens whose key ids nobody has, beside good traffic, in interleaved legs on loopback. RATE good requests a
# second (200), FLOOD bad ones (1000), SECONDS_EACH per leg (10), ROUNDS (2).
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."

dotnet build loadtests/Gateway.Benchmarks -c Release --nologo -v quiet
exec dotnet loadtests/Gateway.Benchmarks/bin/Release/net10.0/Gateway.Benchmarks.dll drill unknown-keys
