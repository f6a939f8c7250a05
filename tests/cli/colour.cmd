# needs: script -qec true /dev/null
escapes() { grep -c "$(printf '\033')" | sed 's/^[1-9].*/some/'; }
# On a terminal; progress, which is drawn with escapes too, stays out of it.
on_terminal() { script -qec "$*" /dev/null </dev/null; }
table="lbsim run crash 2>/dev/null"
faults="echo 'format: 2' | lbsim check -"
lbsim run crash | escapes
lbsim check nothing 2>&1 | escapes
eval "$faults" 2>&1 | escapes
echo "on a terminal:"
on_terminal "$table" | escapes
on_terminal "$faults" | escapes
echo "on a terminal, where it is not wanted:"
NO_COLOR=1 on_terminal "$table" | escapes
NO_COLOR=1 on_terminal "$faults" | escapes
TERM=dumb on_terminal "$table" | escapes
