# Rows that are warnings: neither more nor less of them is better. And -b, where nothing of what runs is gated.
cat >pull.yaml <<'END'
format: 1
name: pull
duration: 4m
measure: {from: 1m}
servers: [s1..s3]
traffic: {t: {arrivals: {poisson: 2/s}, lasts: {exponential: 10s}}}
events: [{at: 2m, name: up, add: s4}]
balancers: [least_conn, {name: drawn, preset: random}]
expect:
  - {balancer: least_conn, metric: newcomer_share_100:up, min: 0.1}
  - {balancer: drawn, metric: newcomer_share_100:up, min: 0.1, level: warn}
END
lbsim gate pull.yaml --update -q 2>/dev/null
json=lbsim-baseline/pull.json
sed -i '/"least_conn", "metric": "newcomer/s/"values": \["[0-9.]*"/"values": ["0.9"/' "$json"
try gate pull.yaml --github --junit gate.xml --summary gate.md 2>/dev/null
grep newcomer gate.xml gate.md
sed -i '/"balancer": "drawn"/s/"values": .*\]/"needs": 300/' "$json"
try gate pull.yaml -b drawn --no-expect --junit gate.xml 2>/dev/null
grep -c '<skipped' gate.xml
try gate pull.yaml --exact -q 2>/dev/null
