for command in gate diff bench sweep merge new; do
    try $command x
done
try run crash --set seed=3
try run crash --set
ls
