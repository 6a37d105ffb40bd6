# shellcheck shell=bash disable=SC2154 # lib.sh sets run, state and spawned
# proxies.sh - a WAN with delays, people who browse, and what relays for them. Sourced by lib.sh.

# --- the line to the Internet ---

# slow_wire: as 'wire', over a line with the round trips WAN_MS (least-most) and the rates WAN_MBIT
# (up-down). A scenario sets wan_wire=slow_wire before network_new.
slow_wire()
{
    local delays=${WAN_MS:-20-80} rates=${WAN_MBIT:-20-100} line=line-$3 side

    host_new "$line"
    wire "$1" "$2" "$line" home
    wire "$line" internet "$3" "$4"
    for side in home internet; do
        ipv6_off "$line" "$side"
        ip -n "$run-$line" link set "$side" up
    done
    cp "$lab_dir/longline" "$state/"
    spawn "$line" python3 /lab/longline home internet "$SEED" "${delays%-*}" "${delays#*-}" \
        "${rates%-*}" "${rates#*-}"
}

# wan_note: a sentence for 'note'
wan_note()
{
    echo "The WAN has round trips of ${WAN_MS:-20-80} ms and ${WAN_MBIT:-20-100} Mbit/s up-down."
}

# --- the web and its readers ---

site_words=(sneakers tickets sofas flights recipes football garden insurance cameras novels weather
    bicycles pets kitchen lottery jobs museum chess knitting trains coffee boats guitars cinema)

# site NUMBER: its name; every other one is plain HTTP
site()
{
    printf 'www.%s.example' "${site_words[$1]}"
}

# site_address NUMBER: over three networks
site_address()
{
    local networks=(192.0.2 198.51.100 203.0.113)

    printf '%s.%s' "${networks[$1 % 3]}" $((150 + $1))
}

# web_sites COUNT [EXTRA_NAME...]: that many sites, with their names and certificates; extra names
# are for 'certificates' alone
web_sites()
{
    local number names_of=() scheme

    for number in $(seq 0 $(($1 - 1))); do
        names_of+=("$(site "$number")")
        echo "host-record=$(site "$number"),$(site_address "$number")" | names
        scheme=https
        [ $((number % 3)) -ne 2 ] || scheme=http
        echo "$scheme://$(site "$number")"
    done > "$state/sites"
    for number in $(seq 0 $(($1 - 1))); do
        names_of+=("$(site "$number")")
    done
    certificates "${names_of[@]}" "${@:2}"
    pages_make
    cp "$lab_dir/visitor" "$state/"
}

# pages_make: what 'visitor' reads, 1000 * 10^(N/16) bytes at /page/N, up to 1 MB
pages_make()
{
    local step size

    mkdir -p "$state/files/page"
    for step in {0..48}; do
        size=$(awk -v n="$step" 'BEGIN { printf "%d", 1000 * 10 ^ (n / 16) }')
        web_file "page/$step" "$size"
    done
}

# part_address NUMBER: over three networks
part_address()
{
    local networks=(192.0.2 198.51.100 203.0.113)

    printf '%s.%s' "${networks[$1 % 3]}" $((60 + $1))
}

# web_parts COUNT: that many hosts of content networks, whose names are printed for 'certificates'
web_parts()
{
    local number name

    for number in $(seq 0 $(($1 - 1))); do
        name=p$number.cdn$((number % 7)).example
        echo "host-record=$name,$(part_address "$number")" | names
        echo "https://$name/page/2" >> "$state/parts"
        echo "$name"
    done
}

# open_page HOST NUMBER COUNT [CURL_ARGUMENT...]: a page that takes its parts from that many of them
open_page()
{
    shuf --random-source=<(dice "$2") -n "$3" "$state/parts" |
        sed 's/.*/url = "&"\noutput = "\/dev\/null"/' > "$state/page-$1-$2"
    fetch "$1" --parallel --parallel-max 20 --curves X25519 --config "/lab/page-$1-$2" "${@:4}"
}

# visit HOST SECONDS AT_ONCE [CURL_ARGUMENT...]: reads the sites. PAGE_KB bounds a page, THINK_S is the
# usual pause between two; 'visitor' may be set for the call where a host has several.
visit()
{
    local name=${visitor:-$1}

    on "$1" python3 /lab/visitor "$SEED $name" "$2" "$3" "$((${PAGE_KB:-100} * 1000))" \
        "${THINK_S:-4}" /lab/sites --cacert /lab/pki/ca.crt "${@:4}" > "$state/visit-$name" \
        2>> "$state/log/$name-visitor"
}

# visited VISITOR MEMBER: hosts (one a line), pages or bytes
visited()
{
    on internet python3 -c '
import json, sys
value = json.load(open(sys.argv[1]))[sys.argv[2]]
print("\n".join(value) if isinstance(value, list) else value)' "/lab/visit-$1" "$2"
}

# visited_connections DEVICE VISITOR NOTE: the truth of DEVICE's connections to the sites VISITOR read
visited_connections()
{
    local number

    for number in "${!site_words[@]}"; do
        visited "$2" hosts | grep -qx "$(site "$number")" || continue
        if [ $((number % 3)) -eq 2 ]; then
            connection "$1" "$(site_address "$number")" 80 tcp http "$(site "$number")" false "$3"
        else
            connection "$1" "$(site_address "$number")" 443 tcp tls "$(site "$number")" false "$3"
        fi
    done
}

# expect_relay DEVICE CONTROLLER VISITOR: it relayed for CONTROLLER what VISITOR read
expect_relay()
{
    local targets

    targets=$(visited "$3" hosts | sed 's/.*/"&"/' | paste -sd, | sed 's/,/, /g')
    expect_alert "$1" "$2" relay
    expect_feature "$1" "$2" relay "\"bytes\": $(visited "$3" bytes), \"targets\": [$targets]"
}

# --- remote ends of tunnels ---

# sshd_start HOST ADDRESS: who has /lab/id_ed25519 may log in as root and forward everything
sshd_start()
{
    local key

    for key in id_ed25519 ssh_host_ed25519; do
        [ -f "$state/$key" ] || on "$1" ssh-keygen -q -t ed25519 -N '' -C lab -f "/lab/$key"
    done
    cat > "$state/sshd-$1.conf" <<END
ListenAddress $2
HostKey /lab/ssh_host_ed25519
AuthorizedKeysFile /lab/id_ed25519.pub
PidFile none
StrictModes no
UsePAM no
PermitRootLogin prohibit-password
Subsystem sftp internal-sftp
END
    spawn "$1" sh -c "mkdir /run/sshd && exec /usr/sbin/sshd -D -e -f /lab/sshd-$1.conf"
    await_port "$1" tcp 22
}

# shellcheck disable=SC2034 # scenarios use it
ssh_options=(-F none -i /lab/id_ed25519 -o StrictHostKeyChecking=no -o UserKnownHostsFile=/dev/null
    -o LogLevel=ERROR -o ServerAliveInterval=30)

# controller_start ADDRESS PORT [OPTION...]: of 'backconnect'; SOCKS for its clients on port 1080
controller_start()
{
    cp "$lab_dir/backconnect" "$state/"
    on internet openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 3650 \
        -subj /CN=controller -keyout /lab/controller.key -out /lab/controller.crt 2> /dev/null
    spawn internet python3 /lab/backconnect controller "$@" --seed "$SEED"
    await_port internet tcp "$2"
    await_port internet tcp 1080
}

# --- the Internet's other services ---

# public_resolver_start ADDRESS: DNS on the Internet that knows the same names as the router
public_resolver_start()
{
    spawn internet dnsmasq --keep-in-foreground --conf-file=/lab/dnsmasq-router.conf --no-resolv --no-hosts \
        --user=root --pid-file --local=/#/ --listen-address="$1" --bind-interfaces --local-ttl=300
    await_port internet udp 53
    echo "nameserver $1" > "$state/hosts/internet/resolv.conf"
}

# wireguard_pair HOST ADDRESS PORT: HOST sends everything through WireGuard to the Internet's ADDRESS,
# its names too; HOST is 10.66.0.2 and the other end 10.66.0.1, where a resolver listens. It says
# each 'keepalive_s' that it is there.
wireguard_pair()
{
    local near far

    near=$(on internet wg genkey)
    far=$(on internet wg genkey)
    cat > "$state/wg-near.conf" <<END
[Interface]
PrivateKey = $near
[Peer]
PublicKey = $(on internet wg pubkey <<< "$far")
AllowedIPs = 0.0.0.0/0
Endpoint = $2:$3
PersistentKeepalive = ${keepalive_s:-25}
END
    cat > "$state/wg-far.conf" <<END
[Interface]
PrivateKey = $far
ListenPort = $3
[Peer]
PublicKey = $(on internet wg pubkey <<< "$near")
AllowedIPs = 10.66.0.2/32
END
    # wireguard-go leaves the source to the routing table.
    ip -n "$run-internet" route replace 192.168.0.0/16 via 100.64.7.1 src "$2"
    wireguard_up internet far 10.66.0.1
    wireguard_up "$1" near 10.66.0.2
    ip -n "$run-$1" route add "$2" via 192.168.77.1
    ip -n "$run-$1" route replace default dev wg0
    echo nameserver 10.66.0.1 > "$state/hosts/$1/resolv.conf"
}

# wireguard_up HOST near|far ADDRESS
wireguard_up()
{
    spawn "$1" sh -c "mkdir -p /run/wireguard; wireguard-go -f wg0 & sleep 1
        wg setconf wg0 /lab/wg-$2.conf && ip link set wg0 mtu 1420 up &&
        ip address add $3/24 dev wg0; wait"
    until ip -n "$run-$1" -o address show dev wg0 2> /dev/null | grep -q "$3"; do
        sleep 0.2
    done
}

# openvpn_pair HOST ADDRESS NAME PORT: through OpenVPN over TCP to ADDRESS, all but names
openvpn_pair()
{
    local common=(--dev tun --auth-nocache --data-ciphers AES-128-GCM --disable-dco --ca /lab/pki/ca.crt
        --cert /lab/pki/server.crt --key /lab/pki/server.key --ping 10)

    spawn internet openvpn "${common[@]}" --tls-server --dh none --proto tcp-server --local "$2" \
        --port "$4" --ifconfig 10.67.0.1 10.67.0.2
    await_port internet tcp "$4"
    spawn "$1" openvpn "${common[@]}" --tls-client --proto tcp-client --remote "$3" "$4" \
        --ifconfig 10.67.0.2 10.67.0.1 --redirect-gateway def1
    until ip -n "$run-$1" route show 0.0.0.0/1 | grep -q tun; do
        sleep 0.2
    done
}

# upload_server_start PORT: HTTPS that takes what is PUT or POSTed to it, at its pace
upload_server_start()
{
    cp "$lab_dir/sink" "$state/"
    spawn internet python3 /lab/sink "$1" /lab/pki/server.crt /lab/pki/server.key
    await_port internet tcp "$1"
}
