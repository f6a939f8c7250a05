# Each time the last healthy server leaves, all the sick ones are let in again, each as a new one: more
# stays than the events that name servers.
{
    printf '%s\n' 'format: 1' 'name: stays' 'duration: 100m' 'servers: [a, b01..b10]' \
        'traffic: {w: {arrivals: {every: 1s}, lasts: forever}}' \
        'balancers: [{name: x, algorithm: least_conn, change: rebuild, returns: new}]' 'events:'
    for b in 01 02 03 04 05 06 07 08 09 10; do
        echo "  - {at: 1m, flap: {server: b$b, for: 90m}}"
    done
    for m in 2 4 6 8 10 12 14 16 18 20; do
        printf '  - {at: %dm, %s: a}\n' $m remove $((m + 1)) add
    done
} >stays.yaml
lbsim run stays.yaml -q
