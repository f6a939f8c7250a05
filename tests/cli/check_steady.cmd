# What is open when, and how far that is from a steady state; a law a file.
make() { # NAME, DURATION, EVENTS, LASTS, ARRIVALS...
    printf '%s\n' 'format: 1' "name: $1" "duration: $2" 'servers: [s1, s2]' "$3" \
        "traffic: {calls: {arrivals: [$5], lasts: $4}}" 'balancers: [random]' >"$1.yaml"
}
up='events: [{at: 10m, name: up, add: s3}]'
window='measure: {from: 5m}'
make exponential 30m "$up" '{exponential: 2m}' '{poisson: 5/s}'
make uniform 30m "$up" '{uniform: {min: 1m, max: 9m}}' '{every: 250ms}'
make lognormal 30m "$window" '{lognormal: {median: 20ms, sigma: 1.2}}' '{poisson: 300/s}'
make early 2h "$up
$window" '{exponential: 20m}' '{poisson: 5/s}'
make short 30m "$up" '{weibull: {scale: 8m, shape: 0.7}}' '{poisson: 5/s}'
make heavy 30m "$up" '{pareto: {min: 10s, alpha: 1.1}}' '{poisson: 5/s}'
make no_mean 30m "$up" '{pareto: {min: 10s, alpha: 1}}' '{poisson: 5/s}'
make endless 30m "$up" forever '{poisson: 2/s}, {burst: 100}'
make constant 30m "$up
$window" '{constant: 5m}' '{every: 1m}'
make filled 30m "$up" '{exponential: 20m}' '{poisson: 5/s}, {burst: 6000, at: 0s}, {burst: 600, at: 9m}'
make thinning 3h "$up" '{weibull: {scale: 8m, shape: 0.7}}' '{poisson: 5/s}, {burst: 3038, at: 0s}'
make held 30m "$up" forever '{burst: 1000, at: 1m, over: 20s}'
make gone 30m "" '{constant: 1s}' '{burst: 1000, at: 1m, over: 20s}'
for name in exponential uniform lognormal early short heavy no_mean endless constant filled thinning held gone; do
    try check $name.yaml
done

# Events out of order, without a name, before the window, in numbers; long names; traffic in numbers.
cat >many.yaml <<'END_OF_FILE'
format: 1
name: many
duration: 30m
measure: {from: 90s}
servers: [s1, s2]
traffic:
  telemetry-of-a-thousand-devices: {arrivals: {poisson: 3/m}, lasts: forever}
  chat: {arrivals: {poisson: 2000/s}, lasts: {exponential: 2m}}
  lines: {arrivals: {every: 20s}, lasts: {constant: 90s}}
events:
  - {at: 20m, remove: s3, drain: 2m}
  - {at: 1m, add: s3}
  - {at: 90s, touch: true}
  - {at: 2m, name: a-name-that-goes-on-and-on-and-on, reload: true}
  - {at: 12m, weight: {s1: 2}}
  - {at: 3m, reload: true}
  - {at: 8m, crash: {worker: 0}}
  - {at: 13m, weight: {s1: 3}}
  - {at: 15m, cut: {server: s2, count: 20}}
  - {at: 22m, touch: true}
  - {at: 23m, touch: true}
balancers: [random]
END_OF_FILE
try check many.yaml
lbsim check many.yaml 2>&1 | sed '/warning/d' | awk 'length > 80 {print "too wide: " $0}'
{
    sed '/^traffic:/,$d' many.yaml
    echo 'traffic:'
    for i in $(seq 12); do echo "  t$i: {arrivals: {poisson: 1/s}, lasts: {exponential: ${i}m}}"; done
    echo 'balancers: [random]'
} >traffics.yaml
try check traffics.yaml
try check --print held.yaml
lbsim check exponential.yaml held.yaml nothing early.yaml 2>&1
echo "exit $?"
