R="lbsim run scale_2_to_3_nginx -b random --format csv"
try run scale_2_to_3_nginx -b random -b nginx-random-two -s 7 -r 2 --format csv
# The scenario's own seed is 2026; another seed gives other numbers; replication 0 is the same of many.
$R >own.csv
$R -s 2026 >same.csv
$R --seed=2027 >other.csv
$R -r 3 | grep -E '^scenario|,0,(all|held),' >first.csv
cmp own.csv same.csv && cmp own.csv first.csv && echo "the same"
cmp -s own.csv other.csv || echo "another"
