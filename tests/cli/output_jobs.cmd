# The same bytes whatever the number of threads, and again; run.json alone may tell the time.
R="lbsim run scale_2_to_3 flap ws_scale -b random -b apisix-merged -r 3 -q"
$R -j 1 -o one
$R -j 2 -o two
$R -j 7 -o seven
$R -j 2 -o again
for tree in two seven again; do
    diff -r -x run.json one $tree && echo "$tree: the same"
    diff <(sed '/"wall_s"/d' one/run.json) <(sed '/"wall_s"/d' $tree/run.json) &&
        echo "$tree/run.json: the same but for the time"
done
