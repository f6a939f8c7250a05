# needs: script -qec true /dev/null
# Nothing is said of progress when stderr is no terminal, and on one in a line that goes away.
lbsim run ws_scale -r 8 -o out >/dev/null 2>said
wc -c <said
cat >long.yaml <<'END'
format: 1
name: long
duration: 100h
servers: [s1, s2]
traffic: {t: {arrivals: {burst: 50000000, at: 0s, over: 99h}, lasts: {constant: 1s}}}
balancers: [random]
END
# What a watcher sees until somebody interrupts it after so many SECONDS.
watch() { script -qec "timeout -s INT $1 lbsim run ${*:2} >/dev/null" /dev/null </dev/null; }
# The drawings, with N for numbers and T for times.
drawings() { tr '\r' '\n' | sed 's/\x1b\[K/^/; s/[0-9][0-9.e+]*/N/g; s/about [Nhm]*N[smhd]/about T/'; }
watch 3 long.yaml -j 1 | drawings >one
watch 3 ws_scale -j 1 -r 5000 | drawings >many
cat one many | sort -u
echo "a line for a whole, not too often:"
for watched in one many; do
    times=$(grep -c trial $watched)
    [ "$times" -ge 2 ] && [ "$times" -le 16 ] && echo so
done
echo "quiet, in CI, on a dumb terminal:"
watch 1 long.yaml -q | drawings
CI=1 watch 1 long.yaml | drawings
TERM=dumb watch 1 long.yaml | drawings
