lbsim check - <scenarios/crash.yaml
lbsim run - --format csv -b random <scenarios/crash.yaml | head -n 3
lbsim run - -q -o out <scenarios/crash.yaml
grep '"file"' out/run.json
echo 'format: 2' | lbsim check -
lbsim check -
echo "exit $?"
