#!/usr/bin/env bash
# Measures the gateway beside other proxies on this machine: one command, everything on loopback, nothing left running.
# See loadtests/README.md. Settings, all optional:
#   ROUNDS=5 SECONDS_EACH=6   interleaved rounds, and the length of each turn
#   WARM_UP=30                seconds of load for each server before the first round
#   SCENARIOS="one bad latency latency-all flood large runtime revocations memory start"
#   PEERS="direct bare bare-again stock stock-redis haproxy haproxy-jwt apache gateway"
#   REVOKED=1000000           revocations in Redis
#   LONG=10000000             those of the scenario `revocations`, which needs 4 GiB and some minutes for them
#   TOKENS=10000              signed tokens of each algorithm, of which `bad` sends 10,000; kept in artifacts/compare between runs, for at most 20 days
#   SKIP_INSTALL=1            neither installs nor builds; for a second run
#   WRITE_DOCS=1              puts the results into docs/performance.md, those of `revocations` alone into docs/revocation.md
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."

[ "${SKIP_INSTALL:-}" = 1 ] || bash loadtests/compare/install.sh
artifacts=$PWD/artifacts/compare
export TOKENS=${TOKENS:-10000}
tokens=$artifacts/tokens-$TOKENS
mkdir -p "$artifacts"
[ "${SKIP_INSTALL:-}" = 1 ] || dotnet publish loadtests/Gateway.Benchmarks -c Release -o "$artifacts/bin" --nologo -v quiet
[ "${SKIP_INSTALL:-}" = 1 ] || bash loadtests/compare/publish.sh "$artifacts/product"

find "$artifacts" -maxdepth 1 -name 'tokens-*' -mtime +20 -exec rm -rf {} +
if [ ! -e "$tokens/checks.json" ]; then
  echo "Signing $TOKENS tokens of each algorithm."
  dotnet "$artifacts/bin/Gateway.Benchmarks.dll" tokens "$tokens" "$TOKENS"
fi

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
# Apache's workers have no rights of their own.
chmod 755 "$folder"
PYTHONDONTWRITEBYTECODE=1 python3 loadtests/compare/measure.py "$folder" "$artifacts/bin" "$artifacts/product" "$tokens" "$artifacts"
