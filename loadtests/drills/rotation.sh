#!/usr/bin/env bash
# Rotates, robs, kills and restarts a provider under traffic through a gateway: the double first, then npm oidc-provider. Everything
# is on loopback and ends by itself. RATE requests a second (200), PHASE seconds (35; over 30, so that every new key may be searched
# for), OUTAGE seconds (60), PROVIDERS ("double oidc-provider").
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."

[[ ${PROVIDERS:-oidc-provider} != *oidc-provider* ]] || bash tests/interop/install.sh >/dev/null
dotnet build loadtests/Gateway.Benchmarks -c Release --nologo -v quiet
exec dotnet loadtests/Gateway.Benchmarks/bin/Release/net10.0/Gateway.Benchmarks.dll drill rotation
