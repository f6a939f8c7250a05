cat >trace.csv <<'END'
op,id,value
members,,s1=2 s2
open,a,
open,b,
open,c,
close,a,
worker,,1
open,d,
reload,,
open,e,
crash,,
open,f,
members,,s2 s3=1/1
open,g,
open,h,
members,,
open,i,
END
try replay trace.csv -b nginx-least-conn -w 2
try replay trace.csv -b nginx-least-conn-zone -w 2
try replay trace.csv -b apisix-merged -w2 --rebuild eager
try replay trace.csv -b least_conn,view=worker,ties=fair,workers=2
lbsim replay - -b round_robin -w 2 <trace.csv
