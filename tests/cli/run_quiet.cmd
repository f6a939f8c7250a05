try run crash -q
try run crash --quiet -o out
ls out
