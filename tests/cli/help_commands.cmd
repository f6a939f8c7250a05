for command in run check replay real contract list; do
    try $command --help
done
try run -h
try run --nonsense --help
