{
    printf 'format: 1\nname: a\nduration: 1m\nservers: [s1]\nbalancers: [random]\n'
    echo 'traffic: {t: {arrivals: {every: 1s}, lasts: forever}}'
    for i in $(seq 60); do echo "wrong$i: x"; done
} >many.yaml
lbsim check many.yaml 2>said
echo "exit $?"
grep -c ': error:' said
tail -n 4 said
