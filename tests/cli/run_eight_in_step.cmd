lbsim run eight_in_step
# Who took what: instances in turn, each at server 1, or all of them at the fleet's next.
lbsim run eight_in_step -b haproxy-roundrobin -b round_robin-fleet -q --log picks.csv
for balancer in haproxy-roundrobin round_robin-fleet; do
    grep ",$balancer," picks.csv | cut -d, -f1,2,4,5,10 | sed -n '1,3p;8,10p'
done
