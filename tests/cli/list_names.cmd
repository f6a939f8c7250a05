try list algorithms least_conn
try list presets apisix-pr12255
try list presets lbsim-least-conn
try list views seeded
try list metrics live_misplaced
try list keys drain
try list keys ties
try list algorithms least_con
try list presets nobody
try list views everybody
try list metrics speed
try list keys wieght
try list preset
try list everything
try list views host worker
try list --all
try list scenarios crash
try list scenarios nobody
try run ws_scal
