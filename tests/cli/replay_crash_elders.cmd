# A crash takes workers with it that a reload had retired: reaped, nothing of theirs is counted.
printf '%s\n' op,id,value members,,'s1 s2' open,a, open,b, close,b, reload,, crash,, open,c, open,d, open,e, >trace.csv
lbsim replay trace.csv -b lbsim-least-conn
