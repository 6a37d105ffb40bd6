# shellcheck shell=bash disable=SC2154 # lib.sh sets state and scenario
# truth.sh - what a scenario knows that it did (../README.md). Sourced by lib.sh.

# connection DEVICE REMOTE PORT PROTO SERVICE NAME NO_DNS NOTE: what the scenario did, and what
# Tattler should say; '-' is no name, NO_DNS is true, false or null (must stay unknown).
connection()
{
    local name=null

    [ "$6" = - ] || name="\"$6\""
    printf '{"device": "%s", "remote": "%s", "port": %s, "proto": "%s", "service": "%s", %s}\n' \
        "$1" "$2" "$3" "$4" "$5" "\"name\": $name, \"no_dns\": $7, \"note\": \"$8\"" \
        >> "$state/connections"
}

# expect_alert DEVICE REMOTE DETECTS: what a rule of the pack should tell of it
expect_alert()
{
    printf '{"device": "%s", "remote": "%s", "detects": "%s"}\n' "$@" >> "$state/expect"
}

# expect_feature DEVICE REMOTE FEATURE MEMBERS: MEMBERS are its values or bounds, as JSON
expect_feature()
{
    printf '{"device": "%s", "remote": "%s", "feature": "%s", %s}\n' "$@" >> "$state/expect"
}

# must_not DEVICE DETECTS...: what no rule of the pack may tell of it
must_not()
{
    printf "{\"device\": \"$1\", \"detects\": \"%s\"}\n" "${@:2}" >> "$state/must_not"
}

# must_not_loudly DEVICE DETECTS...: what only rules of priority 3 and 4 may tell of it
must_not_loudly()
{
    printf "{\"device\": \"$1\", \"detects\": \"%s\", \"loudly\": true}\n" "${@:2}" >> "$state/must_not"
}

# fires DEVICE SID...: the rules of the pack that what it does is for; where a scenario says this of any
# device, no other rule of priority 1 or 2 may tell of any.
fires()
{
    printf "$1 %s\n" "${@:2}" >> "$state/fires"
}

# silent DEVICE SID...: the rules that must say nothing of it, although it comes near what they are for
silent()
{
    printf "$1 %s\n" "${@:2}" >> "$state/silent"
}

# settings NAME: standard input is a file that the case brings for Tattler; 'tattler.yaml' names the others
settings()
{
    mkdir -p "$state/settings"
    cat > "$state/settings/$1"
}

# sids_print FILE: an object for each device
sids_print()
{
    sort -u "$1" | awk '
        $1 != device { printf "%s{\"device\": \"%s\", \"sids\": [%s", end, $1, $2; device = $1; end = "]}\n"; next }
        { printf ", %s", $2 }
        END { printf "%s", end }'
}

# Lines of objects on standard input become the members of a JSON array.
json_array()
{
    sed 's/^/    /; $!s/$/,/'
}

truth_print()
{
    local list

    printf '{\n  "case": "%s",\n  "seed": %s,\n  "devices": [\n' "$scenario" "$SEED"
    json_array < "$state/devices"
    printf '  ],\n  "connections": [\n'
    sort "$state/connections" | json_array
    for list in expect must_not; do
        [ -s "$state/$list" ] || continue
        printf '  ],\n  "%s": [\n' "$list"
        sort -u "$state/$list" | json_array
    done
    for list in fires silent; do
        [ -s "$state/$list" ] || continue
        printf '  ],\n  "%s": [\n' "$list"
        sids_print "$state/$list" | json_array
    done
    printf '  ]\n}\n'
}

readme_print()
{
    printf '# %s\n\n' "$scenario"
    note
    # shellcheck disable=SC2016 # Markdown, not a command
    printf '\nMade on %s with `pcaps/lab/lab make %s`, SEED=%s: ports, keys and timing below a second\n' \
        "$(date -u +%F)" "$scenario" "$SEED"
    printf 'differ from run to run. Names, addresses and devices are made up and the software is real, unless said above:\n'
    # shellcheck disable=SC2016 # dpkg's own format
    chroot "$tree" dpkg-query -W -f '${Package} ${Version}\n' "${software[@]}" | paste -sd, |
        sed 's/,/, /g; s/$/./' | fold -sw 100 | sed 's/ *$//'
}
