#!/usr/bin/env bash
# Packs the command as a .NET tool, installs it from a folder as its only source, and runs it. With a folder as argument the package is left there.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
feed=${1:-$work/feed}

dotnet pack src/Gateway --configuration Release --nologo -v quiet --output "$feed" -p:UseSharedCompilation=true
version=$(basename "$feed"/Gateway.Tool.*.nupkg .nupkg)
version=${version#Gateway.Tool.}
printf '<configuration><packageSources><clear /><add key="local" value="%s" /></packageSources></configuration>' "$(realpath "$feed")" >"$work/nuget.config"
dotnet tool install Gateway.Tool --tool-path "$work/tool" --version "$version" --configfile "$work/nuget.config"

gateway=$work/tool/gateway
"$gateway" --version
# The sandbox has an issuer without TLS.
DOTNET_ENVIRONMENT=Development "$gateway" check yarp.json
"$gateway" schema | python3 -c 'import json, sys; json.load(sys.stdin)'
# Without a configuration the command says what is missing, and changes nothing.
if GATEWAY_CONFIG='' "$gateway" revoke sub alice 2>"$work/errors"; then echo "tool.sh: revoked without a configuration" >&2; exit 1; fi
grep -q -- '--config or GATEWAY_CONFIG' "$work/errors"
echo "tool.sh: Gateway.Tool $version is packed, installed and runs"
