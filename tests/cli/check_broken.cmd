printf 'format: 1\nservers: [s1, s2\nname: a\n' >open.yaml
printf 'format: 1\n\tname: a\n' >tab.yaml
printf 'format: 1\nname: caf\351\n' >latin1.yaml
printf '\377\376f\000' >utf16.yaml
: >empty.yaml
head -c 5000000 /dev/zero | tr '\0' '#' >large.yaml
mkdir folder
for file in open tab latin1 utf16 empty large; do
    try check $file.yaml
done
try check folder
try check nothing/there.yaml
try check ws_scal
try check
try check ws_scale open.yaml nothing
