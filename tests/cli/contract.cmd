try contract
try contract first least_conn
try contract least_con
try contract ./nowhere.so
try contract first --law usabel --seed x -o ''
try contract first --law table
