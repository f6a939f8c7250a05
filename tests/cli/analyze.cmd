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
try analyze --help
