cat >all.yaml <<'END'
format: 1
name: every_event
about: One of each.
duration: 10m
gateway: {workers: 2, accept: in_turn}
servers: [s1, {name: s2, weight: 2}, s3, s4, s5]
traffic:
  web:
    arrivals: {every: 100ms}
    lasts: {constant: 20s}
    reconnect: {after: 1s, tries: 3}
  ws:
    arrivals: {burst: 90, at: 0s, over: 9s}
    lasts: forever
    reconnect: {after: 2s}
events:
  - {at: 1m, name: up, add: [s6, {name: s7, weight: 3}]}
  - {at: 2m, remove: [s1, s3, s4, s5], drain: 30s}
  - {at: 3m, name: swap, add: s1, remove: s2, drain: 0s, weight: {s6: 2}}
  - {at: 4m, reload: true}
  - {at: 5m, touch: true}
  - {at: 6m, name: crash, crash: {worker: 1}}
  - {at: 6.5m, flap: {server: s6, for: 10s}}
  - {at: 6.7m, fail: {server: s7}, detect: 2s, back: 12s}
  - {at: 7m, close: {traffic: ws, share: 12.5%}}
  - {at: 7m, close: {traffic: web, server: s7, share: 50%, order: oldest}}
  - {at: 8m, cut: {server: s1, count: 3, order: newest}}
  - {at: 9m, remove: [s1, s6, s7], drain: 0s}
balancers: [round_robin, apisix-merged, nginx-least-conn-zone]
END
lbsim run all.yaml
lbsim run all.yaml -o out -q
grep ',nginx-least-conn-zone,' out/events.csv
