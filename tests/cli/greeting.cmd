lbsim
