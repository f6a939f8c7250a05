try run crash -b leats_conn
try run crash -b haproxy-hsh
try run crash -b least_conn,viw=host,workers=0 -b random,ties=wrr
try run crash -b random,view=hots
try run crash -b ''
try run crash -b 'least_conn}'
try run crash -b random -b random
try run crash -b random,answer=fixed
try run scale_2_to_3 crash -q -b random,workers=2 -b nosuch
try run crash -b
