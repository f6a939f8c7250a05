# Retries, and what pickers keep at the end: a heap's order, scores, counts, where weight 0 has made
# an infinity, and no number of it; an order that is the list's; a picker that was never built.
printf '%s\n' op,id,value members,,'s1=3 s2=7 s3=0' open,a, open,b, retry,a, retry,a, retry,a, retry,b, \
    open,c, close,b, open,d, >trace.csv
for preset in apisix-reset apisix-pr12255 apisix-pr12255-head apisix-pr12261 apisix-merged nginx-round-robin random; do
    sed 's|s1=3 s2=7 s3=0|s1=3/0/max_fails:0 s2=7/0/max_fails:0|' trace.csv >two.csv
    [ $preset = nginx-round-robin ] && file=two.csv || file=trace.csv
    try replay $file -b $preset --state state.csv
    cat state.csv
done
# A device is written to; what is no state is left alone; nothing half-written.
printf 'op,id,value\nmembers,,s1 s2\nworker,,1\nopen,a,\n' >lazy.csv
lbsim replay lazy.csv -b apisix-merged -w 2 --state /dev/stdout | cat
lbsim replay lazy.csv -b apisix-merged -w 2 --rebuild eager --state /dev/stdout | cat
try replay lazy.csv -b apisix-merged -w 2 --state trace.csv
try replay lazy.csv -b apisix-merged -w 2 --state nowhere/state.csv
try replay lazy.csv -b apisix-merged -w 2 --state .
head -n 1 trace.csv
ls
