# A gate that cannot fail says nothing by passing.
try gate steady_churn scale_churn --self-test
try gate steady_churn scale_churn --update
try gate steady_churn scale_churn --self-test
try gate steady_churn --self-test
try gate scale_churn -b round_robin --self-test
