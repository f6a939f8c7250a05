# needs: script -qec true /dev/null
# On a terminal that is wide enough; in letters that its locale has.
on_terminal() { # COLUMNS COMMAND
    script -qec "stty cols $1; $2 2>/dev/null" /dev/null </dev/null | tr -d '\r' | sed 's/\x1b\[[0-9]*m//g'
}
run="lbsim run scale_2_to_3_nginx -b nginx-least-conn -b nginx-least-conn-resolve"
echo "in a pipe:"
$run | grep -c '##'
for columns in 80 120 60 30; do
    echo "$columns columns:"
    on_terminal $columns "$run" | grep '##\|\.\.\.\|  s[0-9]  \|less is better'
done
echo "blocks:"
LC_ALL=C.UTF-8 NO_COLOR=1 on_terminal 80 "$run" | sed -n '/less is better/,$p'
echo "dumb:"
TERM=dumb on_terminal 80 "$run" | grep -c '##'
true
