try run
try replay
try rnu
try chekc ws_scale
try frobnicate
try -x
try --verison
try run crash --repl 3
try run crash --replication 3
try run crash --sed 3
try run crash --frobnicate
try run crash -z -y
try run crash --seed
try run crash --seed=x -r 0 -j 1025 --format xml
try run crash --seed 18446744073709551616
try run crash -r -1
try run crash --quiet=yes
try run crash -rq
try run crash --output=
try check --print=x crash
try list --print
try replay --print
# -- ends the options, letters may stand together, the last one counts
try run -qj2 -s1 -- crash
try run crash -s x -s 1 -q
try run -- --quiet
