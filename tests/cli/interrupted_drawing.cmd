# Who interrupts while gnuplot draws gets nothing, rather than what is there so far.
mkdir bin
printf '#!/bin/sh\nkill -INT $PPID\n' >bin/gnuplot
chmod +x bin/gnuplot
PATH=$PWD/bin:$PATH try run crash -b random -o out
ls
