# A baseline is made, and the gate passes by it; a comment moves nothing; what is left out by -b is left out.
sed 's,5/s,2/s,; /- random$/d; /- apisix/d' scenarios/scale_churn.yaml >small.yaml
sed 's,10/s,2/s,; /- random$/d; /- apisix/d' scenarios/steady_churn.yaml >still.yaml
try gate small.yaml -b least_conn -b random_two
try gate small.yaml --update
try gate small.yaml
try gate still.yaml small.yaml --update --baseline base
ls base
sed -n '1,13p' lbsim-baseline/scale_churn.json
grep -c '"values"' lbsim-baseline/scale_churn.json
echo "# nothing new" | cat small.yaml - | sed 's/^about: .*/about: Who?/' >mine.yaml
try gate mine.yaml --exact
try gate mine.yaml -b random_two -j 1
try gate mine.yaml -q
