#!/usr/bin/env bash
# Takes the time until a replica is ready with a long revocation list: from the stream, from a snapshot in Redis and from one on disk.
# Everything is on loopback and ends by itself; ten million entries take 2 GiB of memory. ENTRIES (1000000,10000000), WRITE_DOCS=1 for
# docs/revocation.md.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."

dotnet build loadtests/Gateway.Benchmarks -c Release --nologo -v quiet
exec dotnet loadtests/Gateway.Benchmarks/bin/Release/net10.0/Gateway.Benchmarks.dll drill long-start
