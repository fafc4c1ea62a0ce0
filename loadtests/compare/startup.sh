#!/usr/bin/env bash
# Measures only the start: process start to the first 200 for a request with a token, of the published gateway. ROUNDS says how often (5).
set -euo pipefail
SCENARIOS=start PEERS="" REVOKED=0 TOKENS="${TOKENS:-1000}" exec bash "$(dirname "${BASH_SOURCE[0]}")/run.sh"
