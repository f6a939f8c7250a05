(
    echo server,count,weight
    for i in $(seq -w 20); do
        echo "realtime-gateway-7c9d8b5f-x$i,$((1000 + 10#$i * 37 % 20)),1"
    done
    echo resting,3,0
) >many.csv
try analyze many.csv
try analyze --all many.csv
# Names are data: on one line, and harmless to a terminal.
printf 'server,count\n"two\nlines",30\n"a\ttab",20\n\342\200\256turned,25\nplain,25\n' >names.csv
try analyze names.csv
