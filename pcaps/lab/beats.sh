# shellcheck shell=bash disable=SC2154 # lib.sh sets run, state and spawned
# beats.sh - long spans in short runs, and what beats in them. Sourced by lib.sh.
#
# Software runs at its own pace; 'retime' then gives the packets their captured time, as the tape
# says. The tape knows two ways, both for the play's own shell only (never inside a 'live'):
#   leap      silence is made longer: what happens keeps its pace, only the waiting is cut short
#   stretch   every second counts N: for software that waits by itself, run with 'hurried'

# --- the tape ---

tape_real_us=0
tape_captured_us=0
tape_factor=1
meanwhile_jobs=()
timetable_us=0

real_us()
{
    printf '%s' "${EPOCHREALTIME/[.,]/}"
}

# Captured time of this moment.
tape_now_us()
{
    printf '%s' $((tape_captured_us + ($(real_us) - tape_real_us) * tape_factor))
}

# tape_mark CAPTURED_US FACTOR: from now on
tape_mark()
{
    tape_real_us=$(real_us)
    tape_captured_us=$1
    tape_factor=$2
    echo "$tape_real_us $tape_captured_us $tape_factor" >> "$state/tape"
}

# Captured time is real until told otherwise.
tape_begin()
{
    [ -s "$state/tape" ] || tape_mark "$(real_us)" 1
}

# stretch N: from now on each second counts N
stretch()
{
    tape_begin
    tape_mark "$(tape_now_us)" "$1"
}

# leap_to CAPTURED_US: waits at real pace for what was begun 'meanwhile', then skips the silence
leap_to()
{
    tape_begin
    sleep 0.06 # for the last acknowledgements
    while meanwhile_busy && [ "$(tape_now_us)" -lt "$1" ]; do
        sleep 0.03
    done
    [ "$(tape_now_us)" -ge "$1" ] || tape_mark "$1" "$tape_factor"
}

# meanwhile COMMAND...: beside what else happens; fails in silence, as devices do
meanwhile()
{
    "$@" &
    meanwhile_jobs+=($!)
}

meanwhile_busy()
{
    local pid left=()

    for pid in "${meanwhile_jobs[@]}"; do
        ! kill -0 "$pid" 2> /dev/null || left+=("$pid")
    done
    meanwhile_jobs=("${left[@]}")
    [ ${#left[@]} -gt 0 ]
}

# leap SECONDS
leap()
{
    tape_begin
    leap_to $(($(tape_now_us) + $1 * 1000000))
}

# night_begin: the capture begins at the next 2:30 (UTC)
night_begin()
{
    local now

    tape_begin
    now=$(($(tape_now_us) / 1000000))
    leap $(((86400 + 9000 - now % 86400) % 86400))
}

# wait_until CAPTURED_US: where software waits beside us, by the stretched clock
wait_until()
{
    local rest_us

    rest_us=$((($1 - $(tape_now_us)) / tape_factor))
    [ "$rest_us" -le 0 ] || sleep "$((rest_us / 1000000)).$(printf '%06d' $((rest_us % 1000000)))"
}

# tape_apply CAPTURE
tape_apply()
{
    [ ! -s "$state/tape" ] || on router /lab/retime /lab/tape "/lab/${1##*/}"
}

# hurried N HOST COMMAND...: in the background, on a clock that runs N times as fast
hurried()
{
    local times=$1 host=$2

    shift 2
    spawn "$host" faketime -f "+0 x$times" "$@"
}

# --- the timetable: what happens when, in seconds since timetable_play began ---

# at SECONDS COMMAND...: plain words; runs in the play's own shell
at()
{
    echo "$*" >> "$state/timetable"
}

# timetable_play leap_to|wait_until: plays and forgets it; what takes longer than until the next
# entry delays that.
timetable_play()
{
    local seconds command

    tape_begin
    timetable_us=$(tape_now_us)
    sort -s -n -k 1,1 "$state/timetable" > "$state/timetable.sorted"
    rm "$state/timetable"
    while read -r seconds command <&9; do
        "$1" $((timetable_us + $(awk -v s="$seconds" 'BEGIN { printf "%.0f", s * 1000000 }')))
        $command
    done 9< "$state/timetable.sorted"
    leap 1
}

# Random numbers below 2^30, from the seed and the words, until nobody reads them.
dice()
{
    (
        trap '' PIPE
        RANDOM=$((SEED + $(cksum <<< "$*" | cut -d' ' -f1) % 10000))
        while printf '%s\n' $((RANDOM << 15 | RANDOM)); do :; done 2> /dev/null
    )
}

# every PERIOD_S FROM_S UNTIL_S COMMAND...: entries of a beat; 'jitter' (of each gap), 'missed' (of
# the beats) in percent and 'drift' in parts per million may be set for the call
every()
{
    local period=$1 from=$2 until=$3

    shift 3
    dice "$*" | awk -v period="$period" -v now="$from" -v until="$until" -v jitter="${jitter:-0}" \
        -v missed="${missed:-0}" -v drift="${drift:-0}" -v command="$*" '
        {
            if (now > until)
                exit
            gap = $1 / 2 ^ 30
            if (getline > 0 && $1 / 2 ^ 30 * 100 >= missed)
                printf "%.3f %s\n", now, command
            now += period * (1 + drift / 1e6) * (1 + jitter / 100 * (2 * gap - 1))
        }' >> "$state/timetable"
}

# at_random MEAN_S FROM_S UNTIL_S COMMAND...: entries without memory (exponential gaps); the word
# LOGNORMAL in COMMAND is a size of its own each time (median 150, three in ten over 240)
at_random()
{
    local mean=$1 from=$2 until=$3

    shift 3
    dice "$*" | awk -v mean="$mean" -v now="$from" -v until="$until" -v command="$*" '
        function chance() {
            return getline > 0 ? (1 + $1) / (2 ^ 30 + 1) : 1
        }
        BEGIN {
            while ((now -= mean * log(chance())) <= until) {
                normal = sqrt(-2 * log(chance())) * cos(6.28318530718 * chance())
                entry = command
                sub(/LOGNORMAL/, int(150 * exp(0.9 * normal)) + 1, entry)
                printf "%.3f %s\n", now, entry
            }
        }' >> "$state/timetable"
}

# --- conversations that stay open ---

declare -A talk_to

# talker NAME HOST COMMAND...: in the background, reads what 'say' gives it
talker()
{
    local name=$1 host=$2 pipe

    shift 2
    mkfifo "$state/$name.in"
    on "$host" "$@" < "$state/$name.in" > "$state/log/$name" 2>&1 &
    exec {pipe}> "$state/$name.in"
    talk_to[$name]=$pipe
    rm "$state/$name.in"
}

# power_off HOST: what runs there is gone without a word; 'join' brings the host back
power_off()
{
    ip -n "$run-$1" link set eth0 down
    # shellcheck disable=SC2046 # a list of process ids
    kill -KILL $(ip netns pids "$run-$1") 2> /dev/null || true
    ip -n "$run-$1" address flush dev eth0
}

# say NAME TEXT
say()
{
    printf '%s\n' "${*:2}" >&"${talk_to[$1]}"
}

# say_bytes NAME BYTES
say_bytes()
{
    say "$1" "$(printf '%*s' "$2" '' | tr ' ' 7)"
}

# tls_echo_start PORT: says again what it is told
tls_echo_start()
{
    spawn internet socat \
        "OPENSSL-LISTEN:$1,fork,reuseaddr,cert=/lab/pki/server.crt,key=/lab/pki/server.key,verify=0" \
        EXEC:/bin/cat
    await_port internet tcp "$1"
}

# tls_talker NAME HOST SERVER PORT: TLS that stays open, a record for each line said
tls_talker()
{
    talker "$1" "$2" openssl s_client -quiet -CAfile /lab/pki/ca.crt -connect "$3:$4"
}

# mqtt_talker NAME HOST SERVER TOPIC: MQTT over TLS that stays open, a publication for each line said
mqtt_talker()
{
    talker "$1" "$2" mosquitto_pub -h "$3" -p 8883 --cafile /lab/pki/ca.crt -i "$1" -t "$4" -l
}

# --- households ---

# move_in CLOCK DEVICE...: each joins and takes its time from CLOCK, side by side
move_in()
{
    local clock=$1 device movers=()

    shift
    for device in "$@"; do
        { join "$device" && clock_query "$device" "$clock"; } &
        movers+=($!)
    done
    for device in "${movers[@]}"; do
        wait "$device"
    done
}

# clock_glance HOST SERVER: one question to a time server
clock_glance()
{
    on "$1" chronyd -Q -u root -t 3 "server $2 iburst maxsamples 1" 'cmdport 0' \
        'pidfile /run/chronyd.pid' > "$state/log/$1-chronyd" 2>&1
}

# report HOST BYTES URL [CURL_ARGUMENT...]: a POST of that many bytes in a connection of its own
report()
{
    local host=$1 body

    body=$(printf '{"id":"%s","v":"%*s"}' "$host" "$2" '' | tr ' ' 7 | tail -c "$2")
    fetch "$host" --http1.1 --data-binary "$body" "${@:4}" "$3"
}

# knock HOST ADDRESS PORT: a TCP connection that is given up after 2.5 s
knock()
{
    fetch "$1" --connect-timeout 2.5 "telnet://$2:$3" < /dev/null
}

# --- servers of theirs ---

# self_signed_start PORT: a web server whose certificate nobody vouches for; it has /lab/task
self_signed_start()
{
    echo sleep > "$state/task"
    on internet openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 3650 \
        -subj /CN=localhost -keyout /lab/self-signed.key -out /lab/self-signed.crt 2> /dev/null
    spawn internet openssl s_server -WWW -no_ticket -accept "$1" -cert /lab/self-signed.crt \
        -key /lab/self-signed.key
    await_port internet tcp "$1"
}

# server_silent ADDRESS...: packets to it vanish and nobody says so
server_silent()
{
    local address

    for address in "$@"; do
        ip -n "$run-internet" route add blackhole "$address"
    done
}

# --- truth about beats ---

# expect_change DEVICE REMOTE lost|changed AT_S MEMBERS: a steady beat's state from AT_S (of the
# timetable played last) on; MEMBERS as of expect_feature. The truth gives the moment in epoch time.
expect_change()
{
    expect_alert "$1" "$2" heartbeat-change
    expect_feature "$1" "$2" heartbeat "\"state\": \"$3\", \"at\": $((timetable_us / 1000000 + $4)), $5"
}
