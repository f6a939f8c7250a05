cat >bad.yaml <<'END'
format: 1
name: Bad Name
about: Everything that can be told in one run is told in one run.
duration: 10 minutes
seeed: 7
gateway: {workers: none, accept: fair}
servers: [s1, s1, {name: s2, wieght: 2}, w5..w1]
traffic:
  web:
    arrivals: {poisson: 5}
    lasts: {expo: 20m}
    max_age: {after: 1h}
  ws:
    arrivals: {brust: 20, at: 0s}
    lasts: 20m
    reconnect: {after: 0s}
events:
  - {at: 1m, remove: s3}
  - {at: pu + 1m, add: s4}
  - {name: up, at: 2m}
  - {at: 10, touch: true}
balancers:
  - rounb_robin
  - haproxy-hsh
  - {algorithm: least_conn, view: wroker}
  - {preset: random, ties: heap, name: x}
expect: []
END
try check bad.yaml
echo "run says so too: $(lbsim run bad.yaml 2>&1 | grep -c ": error: ")"
