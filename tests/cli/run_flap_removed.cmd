# A server leaves while its health check fails: that it would be healthy again concerns nobody.
play() { # how long the flap lasts
    printf '%s\n' 'format: 1' 'name: a' 'duration: 60m' 'servers: [s1, s2, s3]' \
        'traffic: {t: {arrivals: [{burst: 150, at: 0s}, {burst: 100, at: 20m}, {burst: 50, at: 40m}], lasts: forever}}' \
        "events: [{at: 10m, flap: {server: s3, for: $1}}, {at: 11m, remove: s3}, {at: 12m, close: {server: s1}}]" \
        'balancers: [apisix-reset]' | lbsim run - --format csv | grep ,all, | cut -d, -f5,7,9
}
play 20m
play 55m
