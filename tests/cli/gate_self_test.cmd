# A gate that cannot fail says nothing by passing.
sed 's,5/s,2/s,; /- random$/d; /- apisix/d' scenarios/scale_churn.yaml >small.yaml
sed 's,10/s,2/s,; /- random$/d; /- apisix/d' scenarios/steady_churn.yaml >still.yaml
try gate still.yaml small.yaml --self-test
try gate still.yaml small.yaml --update
try gate still.yaml small.yaml --self-test
try gate still.yaml --self-test
try gate small.yaml -b round_robin --self-test
