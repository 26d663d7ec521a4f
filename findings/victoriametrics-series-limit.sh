#!/usr/bin/env bash
# VictoriaMetrics single-node v1.151.0 does not heed -search.maxUniqueTimeseries.
#
# The flag is documented as "the maximum number of unique time series, which can be scanned during every query", and is
# what protects a store against heavy queries. Single-node v1.151.0 takes it, prints it at its start, and answers a query
# over ten times as many series with 200 all the same: instant, range, and aggregated.
# Seen in its source: VMStorage.GetSearch (app/vmstorage/vmstorage.go), which only single-node uses, works out the limit
# and then gives sr.Init the limit of the query, which is none (2e9), in its place; initSearch, which the cluster's
# vmstorage uses, gives it the right one. v1.79.5 answers 422: "the number of matching timeseries exceeds 10".
# What does limit: -search.maxSamplesPerQuery (422 "cannot select more than … samples"), shown below.
#
# What it means for whoever asks such a store: a limit that is set there is no reason to expect 422, and a query without
# a selector can take the store down. Run: findings/victoriametrics-series-limit.sh (needs Go and curl; minutes, once).
set -euo pipefail

VERSION=v1.151.0
folder=$(mktemp -d)
store=
finish() {
  [ -z "$store" ] || { kill "$store" && wait "$store"; } 2>/dev/null || true
  rm -rf "$folder"
}
trap finish EXIT

echo "Building VictoriaMetrics $VERSION from its Go module."
(cd "$folder" && CGO_ENABLED=0 GOBIN="$folder" go install -trimpath \
  "github.com/VictoriaMetrics/VictoriaMetrics/app/victoria-metrics@$VERSION")

serve() {  # serve <flag>: start it with this limit and a hundred series, on a free port of this machine
  [ -z "$store" ] || { kill "$store" && wait "$store"; } 2>/dev/null || true
  rm -rf "$folder/data"
  local port=$((20000 + RANDOM % 10000))
  url=http://127.0.0.1:$port
  "$folder/victoria-metrics" -storageDataPath="$folder/data" -httpListenAddr="127.0.0.1:$port" "$1" >"$folder/log" 2>&1 &
  store=$!
  for _ in $(seq 100); do curl -sf "$url/health" >/dev/null && break || sleep 0.2; done
  for n in $(seq 100); do echo "probe{n=\"$n\"} 1"; done | curl -sf --data-binary @- "$url/api/v1/import/prometheus"
  curl -sf "$url/internal/force_flush"
  sleep 1
}

ask() { curl -s -w ' %{http_code}' --get "$url/api/v1/$1" --data-urlencode "query=$2" -d latency_offset=1ms "${@:3}"; }

expect() {  # expect <words> <answer>
  echo "  $2" | cut -c 1-200
  [[ $2 == *"$1"* ]] || { echo "Changed: expected $1" >&2; exit 1; }
}

serve -search.maxUniqueTimeseries=10
grep -o -- '-search.maxUniqueTimeseries="10"' "$folder/log" || { echo "Changed: the flag is not taken" >&2; exit 1; }
echo "At most 10 series, 100 asked for:"
answer=$(ask query 'count(probe)')
expect '"100"]' "$answer"
for answer in "$answer" "$(ask query probe)" "$(ask query_range probe -d "start=$(($(date +%s) - 60))" -d step=1)"; do
  expect '"seriesFetched": "100"' "$answer"
  expect ' 200' "$answer"
done

serve -search.maxSamplesPerQuery=10
echo "At most 10 samples, 100 asked for:"
expect ' 422' "$(ask query 'count(probe)')"
echo "As described, on $VERSION."
