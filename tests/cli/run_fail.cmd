# Servers die: found out late, at once, never; one alone, and all of them.
write() { # name, balancers, events
    cat >"$1.yaml" <<END
format: 1
name: $1
duration: 60s
gateway: {workers: 2, accept: in_turn}
servers: [s1, s2, {name: s3, max_fails: 2, fail_timeout: 5s}, {name: spare, backup: true}]
traffic:
  web: {arrivals: {every: 100ms}, lasts: {constant: 20s}, reconnect: {after: 1s, tries: 3}}
events: [$3]
balancers: [$2]
END
}
two='{at: 10s, name: dies, fail: {server: s3}, detect: 5s, back: 20s}, {at: 40s, fail: {server: s1}}'
write two 'nginx-least-conn-zone, apisix-merged, {name: stays, preset: round_robin, redispatch: never}' "$two"
lbsim run two.yaml
lbsim run two.yaml -q -o out --log picks.csv
grep ',all,' out/servers.csv | cut -d, -f2,5,7,9,13-
grep ',apisix-merged,' out/events.csv
grep ',apisix-merged,.*,all,settle_s' out/summary.csv
grep '^\(10\|10.1\),' picks.csv
# The same bytes for any number of threads, and for what was printed.
lbsim run two.yaml -q -r 3 -j 1 -o one && lbsim run two.yaml -q -r 3 -j 7 -o seven
lbsim check --print two.yaml >printed.yaml && lbsim run printed.yaml -q -r 3 -o printed
for file in servers summary events timeseries intervals; do
    cmp one/$file.csv seven/$file.csv && cmp one/$file.csv printed/$file.csv
done
# From the first moment on, and known at once; nobody is left, and nobody knows.
write gone 'round_robin, nginx-round-robin, apisix-reset, nginx-implicit' \
    '{at: 0s, fail: {server: s1}, detect: 0s}, {at: 0s, fail: {server: s2}}, {at: 0s, fail: {server: s3}}, {at: 0s, fail: {server: spare}}'
lbsim run gone.yaml --format csv | grep ',all,' | cut -d, -f2,5,7,9,12-
# What cannot be.
write bad 'round_robin' '{at: 60s, fail: {server: s1}}, {at: 1s, fail: {server: s9}}, {at: 1s, fail: {server: s1}, detect: 5s, back: 4s}, {at: 2s, fail: {zone: az1}}, {at: 3s, touch: true, back: 4s}'
try check bad.yaml
rm -r out one seven printed
