cat >x.yaml <<'END'
format: 1
name: x
duration: 10m
measure: {from: 1m}
servers: [s1, s2]
traffic: {web: {arrivals: {every: 1s}, lasts: forever}}
events: [{at: 5m, name: up, add: s3}]
balancers: [round_robin, least_conn]
expect:
  - {balancer: rond_robin, metric: live_misplacd, traffic: wbe, at: upp + 5m, max: 0.05}
  - {metric: settle_s:down, max: 2m}
  - {metric: settle_s:up, at: 5m, max: 30, level: eror}
  - {metric: cut, at: 1h, max: 3, min: 5, of: median}
  - {metric: live_jain, max: 1}
  - {metric: cut}
END
try check x.yaml
try run x.yaml
