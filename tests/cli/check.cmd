try check scale_2_to_3
try check ws_scale scenarios/crash.yaml ./scenarios/flap.yaml
try check truth/nginx_held
for file in scenarios/*.yaml scenarios/truth/*.yaml; do lbsim check "$file" || echo "$file: $?"; done
cp scenarios/crash.yaml mine.yaml
try check mine.yaml
