# JUnit and Markdown, with names that have to be escaped in each.
name='a,b:c&<"%|_.yaml'
sed '/- random/d; /- apisix/d' scenarios/scale_churn.yaml >"$name"
lbsim gate "$name" --update -q
sed -i '/"metric": "settle_s:up"/s/"values": \["[0-9.]*"/"values": ["1"/' lbsim-baseline/scale_churn.json
sed -i '/"metric": "cut"/s/"values": .*\]}/"needs": 300}/; /"metric": "refused", .*\}$/d' lbsim-baseline/scale_churn.json
sed -i 's/^\(    {"balancer": "round_robin", "metric": "settle_s:up".*}\),$/\1/' lbsim-baseline/scale_churn.json
try gate "$name" --junit out/gate.xml --summary out/gate.md --github
cat out/gate.xml
cat out/gate.md
try gate steady_churn -q --junit out/gate.xml --summary out/gate.md
cat out/gate.xml out/gate.md
