# Events above servers: what a server is comes from the list of servers all the same.
servers='servers: [{name: s1, weight: 3, max_conns: 10}, s2]'
events='events: [{at: 1m, remove: s1}, {at: 2m, add: s1}, {at: 3m, add: {name: s3, weight: 2}}]'
rest='traffic: {t: {arrivals: {every: 1s}, lasts: forever}}
balancers: [random]'
printf '%s\n' 'format: 1' 'name: a' 'duration: 10m' "$events" "$servers" "$rest" >above.yaml
printf '%s\n' 'format: 1' 'name: a' 'duration: 10m' "$servers" "$events" "$rest" >below.yaml
lbsim check --print above.yaml >above
lbsim check --print below.yaml >below
diff <(sort above) <(sort below) && grep -E 's[123]' above
