# Lines of a terminal: 80 columns at the most.
narrow() { awk -v what="$*" 'length > 80 {print what ": " length ": " $0}'; }
for file in scenarios/*.yaml scenarios/truth/*.yaml; do
    case $file in *implicit_upstream*) continue ;; esac
    lbsim run "$file" | narrow run "$file"
    lbsim run "$file" -r 5 -b random -b least_conn | narrow run "$file" -r 5
done
for kind in "" algorithms presets views metrics keys; do
    lbsim list $kind | narrow list $kind
done
for command in run check replay list; do
    lbsim $command --help | narrow $command --help
done
lbsim --help | narrow --help
lbsim | narrow alone
echo "that is all"
