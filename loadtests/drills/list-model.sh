#!/usr/bin/env bash
# Computes the table of docs/revocation.md about very long lists and many replicas. Nothing is measured. WRITE_DOCS=1 for docs/revocation.md.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."

dotnet build loadtests/Gateway.Benchmarks -c Release --nologo -v quiet
exec dotnet loadtests/Gateway.Benchmarks/bin/Release/net10.0/Gateway.Benchmarks.dll drill list-model
