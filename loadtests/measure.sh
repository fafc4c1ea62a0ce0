#!/usr/bin/env bash
# Measures what a request costs the gateway beside other servers, on this machine: processor time and requests per second, as ratios with 95 %
# intervals. Everything is on loopback and ends by itself. loadtests/measure.json says what is measured; loadtests/README.md says how.
#   bash loadtests/measure.sh                   half an hour on a machine that does nothing else; 2 when the A/A pair says that it does not count
#   bash loadtests/measure.sh --settings        the gateway with other settings of the runtime, on one core and on two: 13 minutes
#   bash loadtests/measure.sh --self-test 10    does it find a slow-down of 3 % in 10 of 10 runs? 6 minutes a run
# Settings, all optional: QUICK=1 (a trial of minutes whose figures mean nothing), PREPARE=1 (installs, builds and signs the tokens, and ends),
# SKIP_INSTALL=1 (neither installs nor builds), SCENARIOS="one tls", SEED, WRITE_DOCS=1 (puts a run that counts into docs/performance.md,
# and its turns into a file beside it).
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

artifacts=$PWD/artifacts/measure
mkdir -p "$artifacts"
if [ "${SKIP_INSTALL:-}" != 1 ]; then
  bash loadtests/peers/install.sh
  dotnet publish loadtests/Gateway.Benchmarks -c Release -o "$artifacts/bin" --nologo -v quiet -p:UseSharedCompilation=true
  bash loadtests/peers/publish.sh "$artifacts/product"
fi
find "$artifacts" -maxdepth 1 -name 'tokens-*' -mtime +20 -exec rm -rf {} +
exec dotnet "$artifacts/bin/Gateway.Benchmarks.dll" measure "$artifacts" "$@"
