cat >long.yaml <<'END'
format: 1
name: long
duration: 100h
servers: [s1, s2]
traffic: {t: {arrivals: {burst: 50000000, at: 0s, over: 99h}, lasts: {constant: 1s}}}
balancers: [random, round_robin]
END
for signal in INT TERM; do
    lbsim run long.yaml -o out &
    sleep 0.5
    kill -$signal $!
    wait $!
    echo "exit $?"
    ls -A
done
