lbsim run scale_2_to_3_nginx -b random -b random_two -b least_conn -r 6
