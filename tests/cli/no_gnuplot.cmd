# Without gnuplot a run succeeds, says what is missing, and leaves data and scripts to draw from.
mkdir path
ln -s "$(command -v lbsim)" path/lbsim
PATH=path lbsim run crash -b random -b round_robin -q -o out
echo "exit $?"
ls out/plots | grep -v csv
