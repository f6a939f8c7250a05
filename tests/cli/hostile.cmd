# What a terminal must not get, in names of files and options; what is too large; what is no file.
shown() { lbsim "$@" 2>&1 | cat -v; }
escape=$(printf '\033[31mred')
printf 'seeed: 1\n' >"$escape"
cp scenarios/crash.yaml "$escape.fine"
shown check "$escape" | head -n 1
shown check "$escape.fine" | head -n 1
shown run "$escape.none"
shown replay "$escape.none" -b random
shown "$escape"
shown run crash "--$escape"
shown run crash --format "$escape"
shown run crash -q -b "$escape"
shown run crash -q -b "$(printf 'random,view=host} #\342\200\256')"
shown check "$(printf '\342\200\256')"
shown check "$(printf 'x\n%.0s' $(seq 2000))" | wc -c
head -c 49283072 /dev/zero | tr '\0' '#' >large
try check large
try replay large -b random
try check /dev/zero
mkfifo pipe
sed 's/lasts: forever/lasts: {empirical: pipe}/' scenarios/crash.yaml >pipe.yaml
try check pipe.yaml
printf 'op,id,value\nopen,=1+1,\nopen,"a\nb",\n' >formula.csv
try replay formula.csv -b random
