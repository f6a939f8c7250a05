cat >mine.yaml <<'END'
format: 1
name: mine
duration: 1m
servers: [s1, s2]
traffic: {t: {arrivals: {burst: 10, at: 0s, over: 10s}, lasts: forever}}
events: [{at: 5s, add: s3}]
balancers:
  - {name: ours, preset: apisix-merged, workers: 2}
  - {name: least_conn, preset: random}
END
try run mine.yaml -b ours --format csv
try run mine.yaml --format csv -b least_conn -b least_conn,name=b --balancer=nginx-round-robin
try run mine.yaml --format csv -bround_robin,view=worker,workers=2
try run mine.yaml -q -b random,reap=never,draws=process
