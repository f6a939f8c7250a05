# A link to an earlier run: the run behind it is replaced, the link stays. Parents are made, and those
# that a refused run made are taken back.
lbsim run crash -q -b round_robin -o real
ln -s real link
lbsim run crash -q -b random -o link
[ -L link ] && echo 'still a link'
cut -d, -f2 real/servers.csv | sort -u
lbsim run crash -q -b random -o deep/er/run && ls deep/er
lbsim run crash -q -b random -o deep/er/run/servers.csv/x
ls
