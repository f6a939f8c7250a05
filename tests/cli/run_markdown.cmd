lbsim run eight_in_step -r 5 -b nginx-round-robin -b 'least_conn,view=worker,workers=4' --format markdown
echo ----
lbsim run crash -b round_robin --format markdown
