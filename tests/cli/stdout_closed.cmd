# A reader that has seen enough: the program ends silently, whether SIGPIPE ends it or is ignored.
lbsim run crash -r 100 --format csv | head -n 1
echo "${PIPESTATUS[0]}"
(
    trap '' PIPE
    lbsim run crash -r 100 --format csv | head -n 1
    echo "${PIPESTATUS[0]}"
)
lbsim list keys | head -n 1
