try run scale_2_to_3_nginx -q -o out
ls out
head -n 4 out/servers.csv out/events.csv out/timeseries.csv
wc -l <out/servers.csv
sed -E 's/"wall_s": [0-9.e-]+/"wall_s": ?/; s/"(text|file)": .*/"\1": ?/' out/run.json | head -n 22
# The table is what it is without -o, and says where the files are.
lbsim run scale_2_to_3_nginx >one
lbsim run scale_2_to_3_nginx -o out/ >two
diff one two
lbsim run scale_2_to_3_nginx --format csv | cmp - out/servers.csv && echo "servers.csv is what csv prints"
# Several scenarios, one file each kind.
try run crash scale_2_to_3_nginx -q -o both -b random
cut -d, -f1 both/servers.csv | uniq -c
