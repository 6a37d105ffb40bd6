# shellcheck shell=bash disable=SC2154 # lib.sh sets run, state and spawned
# talks.sh - what rules are about: names that are asked for, and conversations. Sourced by lib.sh.

# every_name ADDRESS: the router's resolver has it for all names
every_name()
{
    echo "address=/#/$1" | names
}

# visits_by HOST FILE: an HTTP request to each name in FILE
visits_by()
{
    awk '{ print "url = http://" $1 "/\noutput = /dev/null" }' "$2" > "$2.curl"
    fetch "$1" -4 --config "/lab/${2##*/}.curl"
}

# greetings_by HOST FILE: a TLS handshake with each name in FILE, as short as OpenSSL makes it
greetings_by()
{
    # shellcheck disable=SC2016 # expanded over there
    on "$1" sh -c 'while read -r name; do
        openssl s_client -4 -tls1_3 -groups X25519 -no_ticket -connect "$name:443" -servername "$name" < /dev/null
    done < "$1"' sh "/lab/${2##*/}" > "$state/log/$1-openssl" 2>&1
}

# questions_by HOST FILE [TYPE]: a DNS question for each name in FILE
questions_by()
{
    # shellcheck disable=SC2046 # one word a name
    on "$1" kdig +retry=0 -t "${3:-A}" $(cat "$2") > "$state/log/$1-kdig" 2>&1
}

# doings_of DEVICE ALIKE FUNCTION: reads 'SID NAME ALIKE' from standard input; DEVICE does FUNCTION with
# the names, for which the rules are, and ALIKE with those that only look like them
doings_of()
{
    local table

    table=$(mktemp "$state/table-XXXX")
    chmod 644 "$table"
    cat > "$table"
    awk '{ print $2 }' "$table" > "$table-$1"
    awk 'NF > 2 { print $3 }' "$table" > "$table-$2"
    "$3" "$1" "$table-$1"
    "$3" "$2" "$table-$2"
    awk -v device="$1" '{ print device, $1 }' "$table" >> "$state/fires"
    awk -v device="$2" 'NF > 2 { print device, $1 }' "$table" >> "$state/silent"
}

# talk NAME: standard input is the conversation /lab/NAME.talk
talk()
{
    cp "$lab_dir/dialogue" "$state/"
    cat > "$state/$1.talk"
}

# listens HOST tcp|udp ADDRESS PORT NAME: HOST's end of that conversation, as often as somebody calls
listens()
{
    local log=$state/log/$1-$5-$4

    on "$1" python3 /lab/dialogue listen "$2" "$3" "$4" "/lab/$5.talk" > "$log" 2>&1 &
    until [ -s "$log" ]; do
        sleep 0.05
    done
}

# calls HOST tcp|udp ADDRESS PORT NAME: HOST's end of it
calls()
{
    on "$1" python3 /lab/dialogue call "$2" "$3" "$4" "/lab/$5.talk" > "$state/log/$1-$5" 2>&1
}

# lines_in HOST ADDRESS LINE...: says the lines to the telnet at ADDRESS, one each 'pace_s', as bots do;
# 'from' may be set for the call where HOST has many addresses
lines_in()
{
    local line

    for line in "${@:3}"; do
        sleep "${pace_s:-1.3}"
        printf '%s\r' "$line"
    done | { cat; sleep 1.2; } | on "$1" telnet -E ${from:+-b "$from"} "$2" > /dev/null 2>&1 || true # it hangs up on us
}

# anywhere DEVICE...: where they connect to is not what the scenario is about
anywhere()
{
    local device

    for device; do
        connection "$device" '*' 0 tcp other - null "not what this is about"
    done
}
