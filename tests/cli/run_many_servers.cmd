cat >many.yaml <<'END'
format: 1
name: many
about: Twenty servers of two weights, ten more of them join.
duration: 2m
servers: [{name: ws01..ws10, weight: 2}]
traffic:
  t:
    arrivals: [{burst: 300, at: 0s, over: 20s}, {burst: 150, at: 1m, over: 10s}]
    lasts: forever
events:
  - {at: 30s, name: up, add: ws11..ws20}
balancers: [nginx-least-conn]
END
lbsim run many.yaml
lbsim run many.yaml --all
