#!/usr/bin/env bash
# Measures the gateway beside bare YARP and YARP with stock JwtBearer: closed loop, one token, interleaved rounds on loopback.
# Prints requests per second and the ratio to bare YARP of the same round. ROUNDS and SECONDS_EACH bound it.
set -euo pipefail
cd "$(dirname "$0")/../.."

rounds=${ROUNDS:-3}
seconds=${SECONDS_EACH:-8}
servers=(bare stock gateway)
ports=(18101 18102 18103)
destination=http://127.0.0.1:18100

command -v wrk >/dev/null || { apt-get update -qq && apt-get install -y -qq wrk >/dev/null; }
dotnet build loadtests/Gateway.Benchmarks -c Release --nologo -v quiet
run="dotnet loadtests/Gateway.Benchmarks/bin/Release/net10.0/Gateway.Benchmarks.dll"

pids=()
trap 'kill "${pids[@]}" 2>/dev/null || true' EXIT
token=$($run token)
$run serve destination "$destination" >/dev/null & pids+=($!)
for i in "${!servers[@]}"; do
  $run serve "${servers[$i]}" "http://127.0.0.1:${ports[$i]}" "$destination" >/dev/null & pids+=($!)
done

for port in "${ports[@]}"; do
  for _ in $(seq 100); do
    [ "$(curl -s -o /dev/null -w '%{http_code}' -H "Authorization: Bearer $token" "http://127.0.0.1:$port/x")" = 200 ] && continue 2
    sleep 0.2
  done
  echo "The server on port $port does not accept the token."; exit 1
done

for i in 1 2; do
  status=$(curl -s -o /dev/null -w '%{http_code}' -H "Authorization: Bearer ${token%????}AAAA" "http://127.0.0.1:${ports[$i]}/x")
  [ "$status" = 401 ] || { echo "${servers[$i]} answers a bad token with $status."; exit 1; }
done

measure() { # port -> requests per second
  wrk -t1 -c32 -d"${seconds}s" -H "Authorization: Bearer $token" "http://127.0.0.1:$1/orders/1" | awk '/Requests\/sec/ { print $2 } /Non-2xx/ { print "errors" > "/dev/stderr" }'
}

for port in "${ports[@]}"; do measure "$port" >/dev/null; done # warm-up: tier-1 code and connections
printf 'round'; printf '\t%s req/s' "${servers[@]}"; printf '\t%s/bare' stock gateway; echo
for round in $(seq "$rounds"); do
  results=()
  for port in "${ports[@]}"; do results+=("$(measure "$port")"); done
  printf '%s\t%s\t%s\t%s\t' "$round" "${results[@]}"
  awk -v a="${results[0]}" -v b="${results[1]}" -v c="${results[2]}" 'BEGIN { printf "%.3f\t%.3f\n", b / a, c / a }'
done
