# What was least_conn is round_robin now, by the same name; the baseline was made to believe that this is
# no other balancer. And the other way round: what became better; and
# the same law by other numbers, where chance leaves something open.
sed 's/^balancers:/balancers: [{name: mine, preset: PRESET}]/; /^balancers:/,$ { /^  - /d }; s,5/s,2/s,' scenarios/scale_churn.yaml >template
swap() { # PRESET NOW OPTION...: the gate of a baseline of another preset
    sed "s/PRESET/$2/" template >mine.yaml
    lbsim gate mine.yaml --update -q
    hash=$(grep -o '"hash": "[0-9a-f]*"' lbsim-baseline/scale_churn.json)
    sed "s/PRESET/$1/" template >mine.yaml
    lbsim gate mine.yaml --update -q
    sed -i "s/\"hash\": \"[0-9a-f]*\"/$hash/" lbsim-baseline/scale_churn.json
    sed "s/PRESET/$2/" template >mine.yaml
    shift 2
    try gate mine.yaml "$@"
}
swap least_conn round_robin
swap random_two random --github
swap random random_two
swap random random_two --exact
swap least_conn random
swap round_robin least_conn
swap least_conn lbsim-least-conn
swap random "random, draws: sequence"
