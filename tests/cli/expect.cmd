# Nothing is drawn here, so values decide.
cat >even.yaml <<'END'
format: 1
name: even
duration: 1m
servers: [s1, s2]
traffic: {web: {arrivals: {burst: 90, over: 30s}, lasts: forever}}
events: [{at: 10s, name: up, add: s3}]
balancers: [round_robin, least_conn]
expect:
  - {balancer: least_conn, metric: live_max_over_mean, max: 1.01}
END
expect() { # what is added
    cat even.yaml - >x.yaml
}
block() { # the run's options: what its tables end in
    echo "\$ lbsim run x.yaml $*"
    lbsim run x.yaml "$@" >tables
    code=$?
    sed -n '/^Expectations/,$ p' tables
    echo "[exit $code]"
}
expect </dev/null
block
echo "=== fails"
expect <<'END'
  - {metric: live_max_over_mean, max: 1.1}
  - {balancer: least_conn, metric: live_misplaced, at: up + 5s, at_least: {balancer: round_robin, factor: 2}}
END
block
block --no-expect
try run x.yaml -q
try run x.yaml --format csv --no-expect
try run x.yaml --format csv -b least_conn
try run x.yaml -q -o out
cat out/expectations.csv
try run x.yaml -q -o out --no-expect
ls out
echo "=== cannot be judged: there are not 100 to be shared"
expect <<'END'
  - {balancer: least_conn, metric: newcomer_share_100:up, min: 0.3}
END
block
try run x.yaml -q
echo "=== a wait that does not end"
expect <<'END'
  - {metric: settle_s:up, max: 10, at: 11s}
END
block
expect <<'END'
  - {balancer: least_conn, metric: live_max, max: 0, level: warn}
  - {balancer: round_robin, metric: live_max, equals: 35, tolerance: 5, at: 25s}
  - {balancer: round_robin, metric: live_max, min: 1, of: worst}
END
echo "=== a warning"
block
sed -i 's/forever/{exponential: 1m}/' x.yaml
echo "=== a failure is worse than what cannot be judged; drawn now"
cat >>x.yaml <<'END'
  - {balancer: round_robin, metric: live_max_over_mean, max: 1.35}
END
block
block -r 3
block -r 8
echo "=== the interval alone"
sed '/least_conn, metric/d; /live_max,/d' x.yaml >y.yaml
try run y.yaml -q -r 8
echo "=== -b leaves out"
block -b round_robin
block -b random
echo "=== of several"
sed -i 's/^name: even/name: drawn/' x.yaml
try run even.yaml x.yaml -q -o all
cut -d, -f1 all/expectations.csv | uniq -c
echo "=== check"
try check x.yaml
