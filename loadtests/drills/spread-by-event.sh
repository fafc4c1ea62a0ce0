#!/usr/bin/env bash
# As spread.sh, but the issuer pushes a security event (CAEP session-revoked) to one of three gateways in place of the operator's call.
# WRITE_DOCS=1 for docs/revocation.md.
set -euo pipefail
BY=event exec bash "$(dirname "${BASH_SOURCE[0]}")/spread.sh"
