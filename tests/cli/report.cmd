# One page of a run, and what is said of directories that are none.
lbsim run crash -q -o out
try report out
try report out/ -o page.html
cmp page.html out/report.html && echo "the page is the same wherever it goes"
head -c 15 page.html && tail -n 1 page.html
grep -o 'http[s]*://[a-z.]*' page.html | sort | uniq -c
grep -o 'content="default-src [^;]*;' page.html
grep -o 'lbsim run [^<]*' page.html
ls
# What is not there, or not whole.
damaged() { # file, what is done to it
    rm -rf bad && cp -r out bad
    (cd bad && eval "$2")
    try report bad
}
damaged run.json 'rm run.json'
damaged run.json 'echo {} >run.json'
damaged run.json 'head -c 1000 run.json >x; mv x run.json'
damaged run.json 'sed -i "s/\"told\"/\"tolled\"/" run.json'
damaged run.json 'sed -i "s/\"scenario\": \"crash\"/\"scenario\": \"smash\"/" run.json'
for file in servers summary intervals events timeseries; do
    damaged $file "rm $file.csv"
    damaged $file "head -c 500 $file.csv >x; mv x $file.csv"
    damaged $file "head -n 3 $file.csv >x; mv x $file.csv"
    damaged $file "sed -i 1s/server/sever/ $file.csv; sed -i 1s/metric/matrix/ $file.csv"
    damaged $file ": >$file.csv"
done
damaged servers 'sed -i "2s/,1,/,one,/" servers.csv'
damaged servers 'rm servers.csv; mkdir servers.csv'
damaged servers 'rm servers.csv; mkfifo servers.csv'
damaged timeseries 'sed -i 3d timeseries.csv'
damaged timeseries 'sed -i "4s/,0,/,0.5,/" timeseries.csv'
damaged timeseries 'head -c 300 /dev/zero >timeseries.csv'
ls bad | grep -c html
# Nowhere to put it.
try report out -o no/such/place.html
mkdir a_directory
try report out -o a_directory
try report out -o /dev/full
ls
try report nowhere
try report
try report out out
try report out -o ''
try report out --png
