#!/usr/bin/env bash
# Publishes the gateway as an image would hold it, compiled ahead of time where this SDK can. Argument: the folder.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."

case $(uname -m) in
  x86_64) runtime=linux-x64 ;;
  aarch64) runtime=linux-arm64 ;;
  *) echo "No ReadyToRun for $(uname -m)." >&2; exit 1 ;;
esac
# The lock file in the repository knows no runtime, and this build must not add one.
dotnet publish src/Gateway -c Release -r "$runtime" --self-contained false -p:PublishReadyToRun=true -p:PlatformTarget=AnyCPU \
  -p:NuGetLockFilePath="$1/../product.lock.json" -o "$1" --nologo -v quiet
