# Series of the first replication, or of all; measured from the middle, a step of its own.
cat >window.yaml <<'YAML'
format: 1
name: window
duration: 10m
measure: {from: 5m}
sample: 1m
servers: [s1, s2]
traffic: {t: {arrivals: {burst: 60, at: 0s, over: 10m}, lasts: forever}}
balancers: [round_robin]
YAML
try run window.yaml -r 2 -q -o out
grep ,s1, out/timeseries.csv
try run window.yaml -r 2 -q -o out --all-series
cut -d, -f3,4 out/timeseries.csv | uniq
grep -E ',(picks_|live_m|noise)' out/summary.csv | grep ',0,all,'
try run window.yaml --png --all-series
