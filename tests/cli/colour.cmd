escapes() { grep -c "$(printf '\033')" | sed 's/^[1-9].*/some/'; }
on_terminal() { script -qec "$*" /dev/null </dev/null; }
lbsim run crash | escapes
lbsim check nothing 2>&1 | escapes
echo 'format: 2' | lbsim check - 2>&1 | escapes
echo "on a terminal:"
on_terminal lbsim run crash | escapes
on_terminal "echo 'format: 2' | lbsim check -" | escapes
echo "on a terminal, where it is not wanted:"
NO_COLOR=1 on_terminal lbsim run crash | escapes
NO_COLOR=1 on_terminal "echo 'format: 2' | lbsim check -" | escapes
TERM=dumb on_terminal lbsim run crash | escapes
