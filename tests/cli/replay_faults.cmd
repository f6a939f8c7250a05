cat >bad.csv <<'END'
op,id,value
members,,s1 s2=x s1
opne,1,
open,,
open,1,
open,1,now,then
close,2,
worker,,3
retry,2,
retry,1,
close,1,
retry,1,
time,,5s
reload,x,
END
printf 'op,id,value\nopen,1,\n' >good.csv
printf 'operation;id\nopen;1\n' >wrong.csv
: >empty.csv
try replay bad.csv -b round_robin -w 2
try replay wrong.csv -b round_robin
try replay empty.csv -b round_robin
try replay nothing.csv -b round_robin
try replay good.csv
try replay good.csv -b nosuch -w 0 --rebuild sometimes
try replay good.csv -b random,answer=fixed
try replay good.csv good.csv -b random
try replay -b random
