# Keys and kept connections: the same again from what is printed, whatever the number of threads.
printf '%s\n' 'key,weight' '/chat,90' '/news,10' >paths.csv
cat >keys.yaml <<'YAML'
format: 1
name: keys
about: Few keys and many, few clients and many.
duration: 20s
replications: 3
servers: [s1, s2, {name: s3, max_conns: 9}]
traffic:
  web: {arrivals: {poisson: 40/s}, lasts: {exponential: 500ms}, key: {zipf: {keys: 1000000000, s: 1.1}}}
  asks: {arrivals: [{keep: 16}, {keep: 4}], lasts: {exponential: 100ms}, key: {uniform: 1000000000}}
  paths: {arrivals: {every: 1s}, lasts: {constant: 2s}, key: {csv: paths.csv}}
events:
  - {at: 5s, cut: {traffic: asks}}
  - {at: 10s, add: s4}
balancers: [random, nginx-hash, nginx-hash-consistent, nginx-ip-hash]
YAML
try check keys.yaml
lbsim check keys.yaml --print >again.yaml
sed -n '/^traffic:/,/^events:/p' again.yaml
for jobs in 1 2 5; do lbsim run keys.yaml -q -j $jobs -o $jobs; done
lbsim run again.yaml -q -o again
for other in 2 5 again; do diff -r -x run.json -x plots 1 $other && echo "$other: the same"; done
grep -h digest 1/run.json | sort | uniq -c
# Each balancer's asks: as many open as are kept, but for the servers that are full.
grep -E ',(random|nginx-hash),0,(asks|paths),' 1/servers.csv
# What it refuses.
sed 's/keep: 16/keep: 1000000000/; s/s: 1.1/s: 21/; s/paths.csv/nowhere.csv/; s/uniform: 1000000000/uniform: 0/' keys.yaml >wrong.yaml
try check wrong.yaml
sed 's/{keep: 16}/{keep: 0}/' keys.yaml >none.yaml
try check none.yaml
sed 's/lasts: {exponential: 100ms}/lasts: {constant: 0s}/' keys.yaml >still.yaml
try check still.yaml
printf '%s\n' 'key,weight' '/chat,90' '/news,-1' >paths.csv
try check keys.yaml
# Keys are drawn, so what hashes them is not the same for every seed.
printf '%s\n' 'format: 1' 'name: burst' 'duration: 1s' 'servers: [s1, s2]' 'balancers: [random]' \
    'traffic: {t: {arrivals: {burst: 90}, lasts: forever}}' >burst.yaml
for balancer in round_robin hash; do lbsim run burst.yaml -b $balancer | tail -n 1; done
