lbsim run rolling_restart
