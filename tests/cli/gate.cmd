# A baseline is made, and the gate passes by it; a comment moves nothing; what is left out by -b is left out.
try gate scale_churn -b least_conn -b random_two
try gate scale_churn --update
try gate scale_churn
try gate steady_churn scale_churn --update --baseline base
ls base
sed -n '1,16p' lbsim-baseline/scale_churn.json
grep -c '"values"' lbsim-baseline/scale_churn.json
echo "# nothing new" | cat scenarios/scale_churn.yaml - | sed 's/^about: .*/about: Who?/' >mine.yaml
try gate mine.yaml --exact
try gate mine.yaml -b random_two -j 1
try gate mine.yaml -q
