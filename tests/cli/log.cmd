# Every pick: the counts are forgotten where s3 joins, and the log shows who forgot.
try run scale_2_to_3 -b apisix-reset -b apisix-merged -q --log picks.csv
head -n 3 picks.csv
grep '^120,' picks.csv
wc -l <picks.csv
# The same for any number of threads, and replaced by the next.
cp picks.csv one.csv
lbsim run scale_2_to_3 -b apisix-reset -b apisix-merged -q --log picks.csv -j 3
cmp one.csv picks.csv && echo the same
# What was refused, and two scenarios in one log.
cat >full.yaml <<'YAML'
format: 1
name: full
duration: 1s
servers: [{name: s1, max_conns: 1}]
traffic: {t: {arrivals: {burst: 2, at: 0s}, lasts: forever}}
balancers: [least_conn]
YAML
try run full.yaml crash -b round_robin -q --log two.csv
head -n 3 two.csv
cut -d, -f13 two.csv | uniq -c
# Places that are no place for it.
try run crash -q --log ''
try run crash -q --log nowhere/picks.csv
try run crash -q -o out --log out/picks.csv
echo mine >file
try run crash -q --log file
cat file
ls
