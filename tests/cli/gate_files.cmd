# JUnit and Markdown, with names that have to be escaped in each.
sed 's,5/s,2/s,; /- random$/d; /- apisix/d' scenarios/scale_churn.yaml >small.yaml
sed 's,10/s,2/s,; /- random$/d; /- apisix/d' scenarios/steady_churn.yaml >still.yaml
name='a,b:c&<"%|_.yaml'
sed '/- random/d' small.yaml >"$name"
lbsim gate "$name" --update -q
sed -i '/"metric": "settle_s:up"/s/"values": \["[0-9.]*"/"values": ["1"/' lbsim-baseline/scale_churn.json
sed -i '/"metric": "cut"/s/"values": .*\]}/"needs": 300}/; /"metric": "refused", .*\}$/d' lbsim-baseline/scale_churn.json
sed -i 's/^\(    {"balancer": "round_robin", "metric": "settle_s:up".*}\),$/\1/' lbsim-baseline/scale_churn.json
try gate "$name" --junit out/gate.xml --summary out/gate.md --github
cat out/gate.xml
cat out/gate.md
try gate still.yaml -q --junit out/gate.xml --summary out/gate.md
cat out/gate.xml out/gate.md
