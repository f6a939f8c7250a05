# What --print shows runs as the scenario itself does.
lbsim check --print rolling_restart >printed.yaml
lbsim run rolling_restart --format csv >one.csv
lbsim run printed.yaml --format csv >two.csv
cmp one.csv two.csv && wc -l <one.csv
