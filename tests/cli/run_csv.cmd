lbsim run crash --format csv
echo
lbsim run scale_2_to_3_nginx rolling_restart --format csv
