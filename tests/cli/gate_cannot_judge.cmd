# Everything that must be equal, and is not.
sed 's,5/s,2/s,; /- random$/d; /- apisix/d' scenarios/scale_churn.yaml >small.yaml
try gate small.yaml
try gate small.yaml --exact
try gate small.yaml --update -q
try gate small.yaml -s 1
try gate small.yaml -b nginx-least-conn
sed 's/add: s4/add: {name: s4, weight: 2}/' small.yaml >heavier.yaml
try gate heavier.yaml
sed 's/- least_conn/- {name: least_conn, preset: least_conn, ties: fifo}/; /- random_two/d' small.yaml >other.yaml
try gate other.yaml
json=lbsim-baseline/scale_churn.json
damage() {
    cp "$json" was.json
    sed -i "$1" "$json"
    try gate small.yaml
    mv was.json "$json"
}
damage 's/"metric_version": 1/"metric_version": 2/'
damage 's/"sampling_version": 1/"sampling_version": 2/'
damage 's/"traffic": \["[0-9a-f]*"/"traffic": ["0123456789abcdef"/'
damage '/"metric": "cut"/d'
damage 's/"values": .*/"needs": 300}/'
damage 's/"baseline": 1/"baseline": 2/'
damage 's/"hash": "[0-9a-f]*", //'
damage '15,$d'
damage 's/scale_churn/steady_churn/'
mkdir base base/scale_churn.json
try gate small.yaml --baseline base
