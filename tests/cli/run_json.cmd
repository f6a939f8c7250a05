# needs: jq --version
# One document, whatever was asked for beside; its shape, and a balancer's numbers.
lbsim run crash scale_2_to_3_nginx -r 2 --format json -q >both
jq -s length both
lbsim run crash scale_2_to_3_nginx -r 2 -j 1 --format json | cmp - both
jq -c '.runs[] | [.scenario, .seed, .replications, .answer, .changes]' both
jq -r '[paths | map(if type == "number" then "[]" else . end) | join(".")] | unique | .[]' both |
    grep -v 'metrics\.'
echo
lbsim run crash -b round_robin --format json | sed -n 1,22p | cut -c1-160
