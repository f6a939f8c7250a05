# Nothing is said of progress when stderr is no terminal.
lbsim run ws_scale -r 8 -o out >/dev/null 2>said
wc -c <said
