lbsim run eight_in_step -r 5 -b nginx-round-robin -b 'least_conn,view=worker,workers=4' --format markdown
echo ----
lbsim run crash -b round_robin --format markdown
echo ----
cat >wants.yaml <<'END'
format: 1
name: wants
duration: 10s
servers: [s1, s2]
traffic: {t: {arrivals: {burst: 9, at: 0s}, lasts: forever}}
balancers: [round_robin, random]
expect:
  - {balancer: round_robin, metric: live_max, max: 5}
  - {balancer: random, metric: live_max, max: 4}
END
lbsim run wants.yaml --format markdown | sed -n '/^Expectations/,/^<details>/p'
echo "exit ${PIPESTATUS[0]}"
lbsim run wants.yaml --format json 2>said | grep verdict
cat said
