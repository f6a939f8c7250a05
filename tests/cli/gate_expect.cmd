# What the scenario expects is judged by the gate, too, and what it expects something of is a row.
sed 's,5/s,2/s,; /- random$/d; /- apisix/d' scenarios/scale_churn.yaml >mine.yaml
cat >>mine.yaml <<'END'
expect:
  - {balancer: least_conn, metric: live_misplaced_avg, max: 0.05}
  - {balancer: least_conn, metric: live_gini_avg, max: 0.5}
  - {balancer: round_robin, metric: live_misplaced_avg, max: 0.001, level: warn}
END
try gate mine.yaml
try gate mine.yaml --update
try gate mine.yaml
sed 's/max: 0.05/max: 0.0005/' mine.yaml >less.yaml
try gate less.yaml --github --junit gate.xml --summary gate.md
grep -A 8 'expect"' gate.xml
grep -A 9 expectation gate.md
try gate less.yaml -q
try gate less.yaml --no-expect
sed '/live_gini_avg/s/}/, at: up}/' mine.yaml >earlier.yaml
try gate earlier.yaml
