lbsim list keys
