# What goes together and what does not; files that cannot be written; an interruption; names that a terminal must not get.
try gate
try gate nothing
try gate scale_churn --updat
try gate scale_churn --update --self-test --junit a.xml --exact
try gate scale_churn --baseline "" --junit "" --seed x --jobs 0
try gate scale_churn --set a=b
try gate scale_churn -o x
try gate scale_churn --format json --log a.csv --all --all-series --png
try gate scale_churn -r 30
try gate scale_churn --update -r 19 --unguarded
try gate scale_churn -b random --update -r 20 --baseline few
rm -r few
try gate scale_churn --update -q --baseline /dev/null
try gate scale_churn --junit nowhere/at/all.xml
try gate scale_churn --summary .
ls -A
cat >long.yaml <<'END'
format: 1
name: long
duration: 100h
servers: [s1, s2]
traffic: {t: {arrivals: {burst: 50000000, at: 0s, over: 99h}, lasts: {constant: 1s}}}
balancers: [random, round_robin]
END
lbsim gate long.yaml --update &
sleep 0.5
kill -INT $!
wait $!
echo "exit $?"
ls -A
escape=$(printf '\033[31m\377')
cp scenarios/scale_churn.yaml "$escape.yaml"
lbsim gate "$escape.yaml" --junit junit.xml --github | cat -v
grep anew junit.xml
