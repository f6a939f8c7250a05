printf 'server,count\ns1,1021\ns2,968\ns3,1011\n' >chance.csv
printf 'server,count\ns1,1000\ns2,1000\ns3,999\ns4,999\n' >round_robin.csv
printf 'server,count\ns1,500\ns2,500\n' >even.csv
printf 'server,count\ns1,267\ns2,267\ns3,66\n' >scaled.csv
printf 'server,count\ns1,4\ns2,1\ns3,2\n' >few.csv
printf 'server,count\ns1,12\n' >one.csv
printf 'server,count\ns1,9007199254740000\nb,5\n' >huge.csv
for table in chance round_robin even scaled few one huge; do
    try analyze $table.csv
done
