try list
for kind in scenarios algorithms presets views metrics; do
    try list $kind
done
