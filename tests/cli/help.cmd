try --help
try -h
try --version
