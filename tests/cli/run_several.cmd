try run crash scale_2_to_3_nginx -b round_robin
try run crash crash
cp scenarios/crash.yaml other.yaml
try run crash other.yaml -q
