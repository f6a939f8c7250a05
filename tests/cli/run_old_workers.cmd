# What was measured on nginx: 400 held, s3 joins by a reload, all come back, 200 more.
cat >old.yaml <<'END'
format: 1
name: old_workers
about: Old workers have 240s, then what they hold is cut and comes back. Who gets it?
duration: 20m
gateway: {old_workers: 240s}
servers: [s1, s2]
traffic:
  held:
    arrivals:
      - {burst: 400, at: 0s, over: 20s}
      - {burst: 200, at: 10m, over: 10s}
    lasts: forever
    reconnect: {after: 0s, tries: 3}
events:
  - {at: 1m, name: up, add: s3}
  - {at: 15m, reload: true}
balancers: [nginx-round-robin, nginx-least-conn, nginx-least-conn-resolve]
END
try check old.yaml
lbsim check old.yaml --print | grep ^gateway
lbsim run old.yaml -o out
cat out/events.csv
grep -c ',s3,' out/timeseries.csv
grep 'nginx-least-conn,0,\(60\|299.4\|300\|300.6\),' out/timeseries.csv
# Uneven workers of several instances: the same for any number of threads, log and all.
cat >uneven.yaml <<'END'
format: 1
name: uneven
duration: 10m
gateway: {instances: 3, workers: 4, accept: [65, 64, 62, 49], old_workers: 30s}
servers: [s1, s2, s3]
traffic:
  web:
    arrivals: {poisson: 5/s}
    lasts: {exponential: 2m}
    reconnect: {after: {uniform: {min: 0s, max: 5s}}}
events:
  - {at: 3m, name: up, add: s4}
  - {at: 5m, crash: {worker: 1}}
  - {at: 6m, reload: true}
balancers: [nginx-least-conn, apisix-merged, random_two]
END
for j in 1 2 5; do
    lbsim run uneven.yaml -r 4 -j $j -q -o out$j --log picks$j.csv
    rm out$j/run.json
    diff -r out1 out$j && cmp picks1.csv picks$j.csv && echo "-j $j: the same"
done
cut -d, -f2,4,5 picks1.csv | grep '^nginx' | sort | uniq -c
grep 'apisix-merged,3,' out1/events.csv
lbsim run uneven.yaml | head -n 12
# A balancer of other workers has no shares.
try run uneven.yaml -b random,workers=2
