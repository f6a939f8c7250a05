# What needs no nginx: the presets in nginx's words, and everything that is in the way of a play.
try real
try real --list
try real eight_in_step -b round_robin -b lbsim-least-conn,view=fleet
try real implicit_upstream -b random -b nginx-implicit
try real crash -b apisix-merged -b lbsim-least-conn -b nginx-implicit
try real flap -b nginx-least-conn
try real crash -b nginx-least-conn --nginx /nowhere
try real crash -b nginx-least-conn -b lbsim-least-conn --nginx /nowhere --module /nowhere/at_all
(ulimit -n 600 && try real scale_2_to_3_nginx -b nginx-least-conn)
