# Failures are counted by the trace's clock; backups serve when nobody else is left; keys are hashed.
cat >fails.csv <<'CSV'
op,id,value
members,,s1=1/0/max_fails:1/fail_timeout:1s s2=1/1 spare=1/0/backup s3=1/0/down
time,,1000
open,a,
retry,a,
open,b,
open,c,
time,,3000
open,d,
CSV
cat >keys.csv <<'CSV'
op,id,value
members,,10.0.0.1:80=1 10.0.0.2:80=2
open,a,alpha
open,b,beta
open,c,alpha
retry,c,
open,d,
CSV
try replay fails.csv -b nginx-round-robin
try replay fails.csv -b round_robin
try replay keys.csv -b nginx-hash
try replay keys.csv -b nginx-hash-consistent
