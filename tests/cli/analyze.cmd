cat >2012.csv <<'END'
server,count
server 2,399342
server 3,397854
server 1,396807
server 4,396660
server 5,393735
server 0,390000
END
try analyze 2012.csv
lbsim analyze - <2012.csv | head -3
# A character is a column, however many bytes it takes.
printf 'server,count\nä,44\nbb,30\nüüü,1\n' | lbsim analyze - | sed -n 4,7p
try analyze --help
