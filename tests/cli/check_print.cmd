try check --print ws_scale
for file in scenarios/*.yaml scenarios/truth/*.yaml; do
    lbsim check --print "$file" >once.yaml && lbsim check --print once.yaml | diff once.yaml - &&
        echo "$file: prints the same again"
done
