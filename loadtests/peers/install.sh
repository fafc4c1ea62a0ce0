#!/usr/bin/env bash
# Installs what measure.sh needs and is missing: Debian's haproxy, apache2 with mod_auth_openidc, nginx, redis and h2load. No service is
# started: the measurement runs its own processes, with its own configuration, on loopback.
set -euo pipefail

declare -A packages=(
  [haproxy]=/usr/sbin/haproxy
  [apache2]=/usr/sbin/apache2
  [libapache2-mod-auth-openidc]=/usr/lib/apache2/modules/mod_auth_openidc.so
  [redis-server]=/usr/bin/redis-server
  [nginx]=/usr/sbin/nginx
  [nghttp2-client]=/usr/bin/h2load
)
missing=()
for package in "${!packages[@]}"; do
  [ -e "${packages[$package]}" ] || missing+=("$package")
done
[ ${#missing[@]} -gt 0 ] || exit 0

# Debian's packages start their service when they are installed, unless this file says no.
policy=/usr/sbin/policy-rc.d
if [ ! -e "$policy" ]; then
  printf '#!/bin/sh\nexit 101\n' >"$policy"
  chmod +x "$policy"
  trap 'rm -f "$policy"' EXIT
fi
apt-get update -qq
DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null
