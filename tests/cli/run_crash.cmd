lbsim run crash
