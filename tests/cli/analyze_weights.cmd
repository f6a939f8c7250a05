cat >weights.csv <<'END'
count, weight, server
6020, 3, 10.0.0.1:8080
1988, 1, 10.0.0.2:8080
17,   0, 10.0.0.3:8080
992,  .5, 10.0.0.4:8080
END
try analyze weights.csv
sed -i 's/ \.5/ 0.5/' weights.csv
try analyze weights.csv
# As many of each weight are pooled as expect five together.
(
    echo server,count,weight
    for i in 1 2 3 4 5 6; do
        echo "small$i,$((i % 3)),1"
        echo "large$i,$((55 + i)),50"
    done
) >pooled.csv
try analyze pooled.csv
