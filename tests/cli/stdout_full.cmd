for command in "" "--help" "--version" "run --help" "list --help" "list" "list keys" "check crash" \
    "check --print crash" "run crash" "run crash --format csv"; do
    lbsim $command >/dev/full
    echo "lbsim $command: $?"
done
printf 'op,id,value\nopen,1,\n' >trace.csv
lbsim replay trace.csv -b random >/dev/full
echo "$?"
