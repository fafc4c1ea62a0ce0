#!/usr/bin/env bash
# Does to Redis whatever can happen to it while gateways are under load: one server, a slow way to it, a primary with a replica, a
# cluster. Everything is on loopback and ends by itself. RATE good requests a second to each gateway (100), REVOKED_RATE with revoked
# tokens (25), ARRIVING new revocations a second (10), GATEWAYS (2), BEFORE seconds without a fault (15), HOLD seconds with one (15),
# HANG seconds of silence (60), MAX_STALENESS seconds (10), PARTS ("one link pair partition sentinel cluster"), WRITE_DOCS=1 for docs/revocation.md.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."

dotnet build loadtests/Gateway.Benchmarks -c Release --nologo -v quiet
exec dotnet loadtests/Gateway.Benchmarks/bin/Release/net10.0/Gateway.Benchmarks.dll drill store-faults
