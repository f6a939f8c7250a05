cat >bad.csv <<'END'
server,counts,port,weight
s1,100,80,1
s1,"1,000",80,2
,-3,80,x
s3,,80,-1
s4,9007199254740993,80,2e9
s5,1.5
END
printf 'server,count\ns1,9007199254740992\ns2,1\n' >sum.csv
printf 'server,count\n' >header.csv
printf 's1,10\ns2,20\n' >headless.csv
printf 'server;count\ns1;10\n' >semicolons.csv
printf 'server,count\ns1,0\ns2,0\n' >zeros.csv
printf 'server,count,weight\ns1,0,1\ns2,9,0\n' >weightless.csv
: >empty.csv
for table in bad sum header headless semicolons zeros weightless empty nothing; do
    try analyze $table.csv
done
try analyze .
try analyze
try analyze bad.csv sum.csv
try analyze --everything bad.csv
