try list
for kind in algorithms presets views metrics; do
    try list $kind
done
