echo text >file
try run crash -q -o file/place
try run crash -q -o /dev/null
try run crash -q -o ''
# The place is tried before the run: nothing else is said, and nobody has waited.
cat >long.yaml <<'END'
format: 1
name: long
duration: 100h
servers: [s1]
traffic: {t: {arrivals: {burst: 50000000, at: 0s, over: 99h}, lasts: {constant: 1s}}}
balancers: [random]
END
timeout 5 lbsim run long.yaml -o file/place
echo "exit $?"
ls -A
# Places between are made.
try run crash -q -o deep/down/here
ls deep/down/here
