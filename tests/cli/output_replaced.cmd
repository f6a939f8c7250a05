try run crash -q -o out -b random
touch out/stays-not
try run crash -q -o out -b round_robin
ls out
cut -d, -f2 out/servers.csv | sort -u
mkdir empty
try run crash -q -o empty
ls empty
# What is not ours is left alone.
mkdir theirs forged broken
echo "dear diary" >theirs/diary
echo '{"program": "another"}' >forged/run.json
echo '{"program": "lbsim"' >broken/run.json
echo text >file
for place in theirs forged broken file . scenarios; do
    try run crash -q -o $place
done
ls -A theirs forged broken
cat theirs/diary file
ls -A
