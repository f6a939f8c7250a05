# A limit that rises second by second, and who waits for it; the same bytes for any number of threads.
cat >queue.yaml <<'YAML'
format: 1
name: queue
duration: 1m
servers: [{name: s1..s2, max_conns: 40}]
traffic:
  web: {arrivals: [{burst: 100, at: 0s}, {poisson: 2/s}], lasts: {exponential: 60s}}
events: [{at: 30s, name: up, add: {name: s3, max_conns: 20, slow_start: 20s}}]
balancers:
  - {name: refuses, algorithm: round_robin}
  - {name: queues, algorithm: round_robin, when_full: queue}
  - {name: slowly, algorithm: round_robin, when_full: queue, slow_start: steps}
YAML
try run queue.yaml
lbsim run queue.yaml -r 4 -j 1 -o one -q
lbsim run queue.yaml -r 4 -j 3 -o three -q
diff -r -x run.json one three && echo 'the same'
grep -E 'queues,0,web,(refused|waited|queued),' one/summary.csv
lbsim run queue.yaml -r 4 -b queues | grep wait
