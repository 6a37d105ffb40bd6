# shellcheck shell=bash disable=SC2154 # 'lab' sets lab_dir
# lib.sh - what scenarios are made of. Sourced by 'lab'.
#
#   device --eth0--+
#   device --eth0--+-- br-lan [router] wan -- eth0 [internet]
#
# Every host is a network namespace. The capture is taken on the router's br-lan, before any NAT
# (there is none: the "Internet" routes back to the LAN). The Internet owns the documentation
# ranges as a whole, so a scenario may place a server on any address of them.
#
# A scenario is a bash file that sets 'software' (Debian packages to name in the note) and defines
# note (prints what happens), stage (hosts and servers, before the capture) and play (the story).

# shellcheck source=services.sh
. "$lab_dir/services.sh"
# shellcheck source=beats.sh
. "$lab_dir/beats.sh"
# shellcheck source=proxies.sh
. "$lab_dir/proxies.sh"
# shellcheck source=resolvers.sh
. "$lab_dir/resolvers.sh"
# shellcheck source=talks.sh
. "$lab_dir/talks.sh"
# shellcheck source=truth.sh
. "$lab_dir/truth.sh"

software=()
capture_filter=() # of tcpdump, for a capture that shall not see it all
packed=           # not empty: the capture is large and always the same, so it is kept packed
suite=trixie
packages=(iproute2 ethtool tcpdump busybox dnsmasq-base caddy curl openssl mosquitto
    mosquitto-clients chrony coturn avahi-daemon unbound stubby ngtcp2-client ngtcp2-server
    python3 faketime socat iodine knot knot-dnsutils
    openssh-server openssh-client tinyproxy-bin microsocks wireguard-go wireguard-tools openvpn
    nmap masscan aria2 inetutils-telnet lighttpd python3-impacket
    adb dns2tcp hping3 miniupnpc natpmpc ngircd python3-aiosmtpd python3-pyftpdlib
    sic smbclient snmp snmpd tftpd-hpa xmrig)
# A tree for each list: one that others are at work in is never replaced under their feet.
tree=${XDG_CACHE_HOME:-$HOME/.cache}/tattler/lab-$suite-$(cksum <<< "${packages[*]}" | cut -d' ' -f1)
run_prefix=tattler-lab

# --- complaints ---

complain()
{
    printf 'lab: %s\n' "$*" >&2
}

die()
{
    complain "$*"
    exit 2
}

require_root()
{
    [ "$(id -u)" -eq 0 ] || die "needs root (network namespaces, packet capture): try sudo"
}

# --- the tool tree: a small Debian of our own, so that nothing is installed on this machine and
# --- no daemon is started or replaced on it (chrony would displace systemd-timesyncd) ---

tree_ensure()
{
    command -v ip > /dev/null || die "'ip' is missing: apt-get install iproute2"
    mkdir -p "$(dirname "$tree")"
    exec {tree_lock}> "$tree.lock"
    flock "$tree_lock"
    if [ "$(cat "$tree/.packages" 2> /dev/null)" != "${packages[*]}" ]; then
        tree_build || die "could not build the tool tree, see $tree.log"
    fi
    exec {tree_lock}>&-
}

tree_build()
{
    if ! command -v debootstrap > /dev/null; then
        complain "installing debootstrap with apt-get"
        apt-get install -qy debootstrap > "$tree.log" 2>&1 || return
    fi
    complain "making $tree (Debian $suite with ${packages[*]}; about 500 MB, once)"
    rm -rf "$tree" "$tree.new"
    {
        debootstrap --variant=minbase "$suite" "$tree.new" http://deb.debian.org/debian &&
            printf '#!/bin/sh\nexit 101\n' > "$tree.new/usr/sbin/policy-rc.d" &&
            chmod +x "$tree.new/usr/sbin/policy-rc.d" &&
            DEBIAN_FRONTEND=noninteractive chroot "$tree.new" \
                apt-get install -qy --no-install-recommends "${packages[@]}" &&
            mkdir "$tree.new/lab" "$tree.new/dev/net" && mknod "$tree.new/dev/net/tun" c 10 200 &&
            echo "${packages[*]}" > "$tree.new/.packages"
    } > "$tree.log" 2>&1 && mv "$tree.new" "$tree"
}

# --- one run: a process, its namespaces 'PREFIX-PID-HOST', its files in /tmp/PREFIX-PID ---

# scenario_play NAME OUT_DIR, in a process of its own
scenario_play()
{
    run=$run_prefix-$BASHPID
    state=/tmp/$run
    scenario=$1
    trap 'run_end' EXIT
    trap 'exit 143' INT TERM
    mkdir -m 755 "$state" "$state/hosts" "$state/log"
    cp "$lab_dir/udhcpc-event" "$lab_dir/retime" "$state/"
    touch "$state/devices" "$state/connections" "$state/expect" "$state/must_not" \
        "$state/fires" "$state/silent"
    # shellcheck source=/dev/null
    . "$lab_dir/scenarios/$scenario"
    stage
    capture_start
    play
    capture_stop
    case_write "$2/$scenario"
    printf '%s: %s bytes\n' "$scenario" "$(stat -c %s "$2/$scenario/"capture.pcap*)"
}

run_end()
{
    local status=$?

    trap '' INT TERM
    # shellcheck disable=SC2046 # a list of process ids
    kill $(jobs -p) 2> /dev/null || true
    if [ "$status" -ne 0 ] && [ -d "$state/log" ]; then
        tail -n 5 "$state"/log/* >&2 || true
    fi
    namespaces_remove "$run"
    rm -rf "$state"
}

namespaces_remove()
{
    local name pids

    for name in $(ip netns list | awk -v run="$1-" 'index($1, run) == 1 { print $1 }'); do
        pids=$(ip netns pids "$name")
        # shellcheck disable=SC2086 # a list of process ids
        [ -z "$pids" ] || kill -KILL $pids 2> /dev/null || true
        ip netns delete "$name"
    done
}

# Runs whose process is gone; those at work are left alone.
leftovers_remove()
{
    local path pid

    for path in /tmp/"$run_prefix"-*; do
        pid=${path##*-}
        if [ -d "$path" ] && [ ! -d "/proc/$pid" ]; then
            complain "removing $run_prefix-$pid"
            namespaces_remove "$run_prefix-$pid"
            rm -rf "$path"
        fi
    done
}

# --- hosts ---

# in_net HOST COMMAND...: this machine's files, the host's network
in_net()
{
    local host=$1

    shift
    ip netns exec "$run-$host" "$@"
}

# on HOST COMMAND...: the tool tree's files, the host's network, the run's files at /lab
on()
{
    local host=$1

    shift
    in_net "$host" "$lab_dir/enter" "$tree" "$state" "$host" "$@"
}

# spawn HOST COMMAND...: the same in the background; ends with the run at the latest.
spawn()
{
    on "$@" > "$state/log/$1-$2" 2>&1 < /dev/null &
    spawned=$!
}

# await_port HOST udp|tcp PORT: until HOST listens there
await_port()
{
    local try

    for try in {1..50}; do
        [ -z "$(on "$1" ss -Hln "--$2" "sport = :$3")" ] || return 0
        sleep 0.2
    done
    complain "$scenario: $1 does not listen on $2 port $3 after $try tries"
    return 1
}

host_new()
{
    ip netns add "$run-$1"
    mkdir "$state/hosts/$1"
    touch "$state/hosts/$1/resolv.conf"
    ip -n "$run-$1" link set lo up
}

# wire HOST INTERFACE HOST INTERFACE
wire()
{
    ip -n "$run-$1" link add "$2" type veth peer name "$4" netns "$run-$3"
    wire_honest "$1" "$2"
    wire_honest "$3" "$4"
}

# Frames no larger than a wire carries, checksums computed before the capture sees them.
wire_honest()
{
    on "$1" ethtool -K "$2" tso off gso off gro off tx off rx off > /dev/null
}

ipv6_off()
{
    in_net "$1" sysctl -qw "net.ipv6.conf.$2.disable_ipv6=1"
}

# bridge_new HOST MAC ADDRESS/PREFIX: a LAN side called br-lan
bridge_new()
{
    ip -n "$run-$1" link add br-lan address "$2" type bridge stp_state 0 mcast_snooping 0
    wire_honest "$1" br-lan
    ip -n "$run-$1" address add "$3" dev br-lan
    ip -n "$run-$1" link set br-lan up
    in_net "$1" sysctl -qw net.ipv4.ip_forward=1
}

internet_new()
{
    local range

    host_new internet
    "${wan_wire:-wire}" router wan internet eth0
    ip -n "$run-router" address add 100.64.7.1/30 dev wan
    ip -n "$run-internet" address add 100.64.7.2/30 dev eth0
    ip -n "$run-router" address add 2001:db8:ffff::1/64 dev wan nodad
    ip -n "$run-internet" address add 2001:db8:ffff::2/64 dev eth0 nodad
    ip -n "$run-router" link set wan up
    ip -n "$run-internet" link set eth0 up
    ip -n "$run-router" route add default via 100.64.7.2
    ip -n "$run-router" route add default via 2001:db8:ffff::2
    ip -n "$run-internet" route add 192.168.0.0/16 via 100.64.7.1
    ip -n "$run-internet" route add fd77::/64 via 2001:db8:ffff::1
    in_net internet sysctl -qw net.ipv6.ip_nonlocal_bind=1 # QUIC servers name their source
    for range in 192.0.2.0/24 198.51.100.0/24 203.0.113.0/24 2001:db8:1::/48; do
        ip -n "$run-internet" route add local "$range" dev lo
    done
}

# server_down ADDRESS: packets to it vanish
server_down()
{
    ip -n "$run-internet" route add unreachable "$1"
}

network_new()
{
    host_new router
    bridge_new router 00:5f:67:0a:1b:01 192.168.77.1/24
    ip -n "$run-router" address add fd77::1/64 dev br-lan nodad
    in_net router sysctl -qw net.ipv6.conf.all.forwarding=1
    internet_new
}

# plug_in HOST MAC ROUTER: a new host whose eth0, still down, hangs on ROUTER's br-lan; 'lan_wire' may be
# set for the call
plug_in()
{
    host_new "$1"
    "${lan_wire:-wire}" "$3" "port-${1:0:10}" "$1" eth0
    ipv6_off "$3" "port-${1:0:10}"
    ip -n "$run-$3" link set "port-${1:0:10}" master br-lan up
    ip -n "$run-$1" link set eth0 address "$2"
}

# device NAME MAC ADDRESS HOST_NAME VENDOR [dual]: a device of the LAN, IPv4 only unless 'dual'
device()
{
    plug_in "$1" "$2" router
    [ "${6:-}" = dual ] || ipv6_off "$1" eth0
    echo "dhcp-host=$2,$3" >> "$state/dnsmasq-router.conf"
    printf '{"id": "%s", "mac": "%s", "address": "%s", "host_name": "%s", "vendor": "%s"}\n' \
        "$1" "$2" "$3" "$4" "$5" >> "$state/devices"
    echo "$4" > "$state/hosts/$1/name"
}

# hidden_device NAME MAC ADDRESS HOST_NAME ROUTER: behind ROUTER, so the capture never sees its MAC
hidden_device()
{
    plug_in "$1" "$2" "$5"
    ipv6_off "$1" eth0
    echo "dhcp-host=$2,$3" >> "$state/dnsmasq-$5.conf"
    printf '{"id": "%s", "mac": null, "address": "%s", "host_name": null, "vendor": null}\n' \
        "$1" "$3" >> "$state/devices"
    echo "$4" > "$state/hosts/$1/name"
}

# route_to SUBNET GATEWAY: on the home router
route_to()
{
    ip -n "$run-router" route add "$1" via "$2"
}

# join NAME [VENDOR_CLASS]: link up, address by DHCP (probed with ARP), resolver from the lease
join()
{
    ip -n "$run-$1" link set eth0 up
    on "$1" busybox udhcpc -i eth0 -n -q -t 5 -a500 -s /lab/udhcpc-event \
        -x "hostname:$(cat "$state/hosts/$1/name")" ${2:+-V "$2"} > "$state/log/$1-udhcpc" 2>&1
}

# privacy_addresses HOST: a temporary IPv6 address beside the stable one, preferred
privacy_addresses()
{
    in_net "$1" sysctl -qw net.ipv6.conf.eth0.use_tempaddr=2
}

await_global_ipv6()
{
    local try

    for try in {1..50}; do
        [ -z "$(stable_ipv6 "$1")" ] || return 0
        sleep 0.2
    done
    complain "$scenario: $1 has no IPv6 address after $try tries"
    return 1
}

stable_ipv6()
{
    ip -n "$run-$1" -6 -o address show dev eth0 scope global mngtmpaddr -tentative |
        awk '{ sub("/.*", "", $4); print $4 }'
}

# --- lives: what devices do side by side ---

# pause SECONDS: about that long, from the seed
pause()
{
    sleep "$(awk -v s="$1" -v r="$RANDOM" 'BEGIN { print s * (0.9 + 0.2 * r / 32767) }')" &
    wait $!
}

# live FUNCTION: one device's life in the background, with random choices of its own
live()
{
    (
        RANDOM=$((SEED + $(cksum <<< "$1" | cut -d' ' -f1) % 10000))
        "$1"
    ) &
    lives+=($!)
}

lives_end()
{
    local pid

    for pid in "${lives[@]}"; do
        wait "$pid"
    done
}

# --- the capture and the case ---

capture_start()
{
    spawn router tcpdump -i br-lan -s 0 -U -Z root -w /lab/capture.pcap "${capture_filter[@]}"
    capture_pid=$spawned
    until [ -s "$state/capture.pcap" ]; do
        sleep 0.1
    done
}

capture_stop()
{
    sleep 1
    kill -TERM "$capture_pid"
    wait "$capture_pid" || true
}

# case_write DIR
case_write()
{
    mkdir -p "$1"
    tape_apply "$state/capture.pcap"
    rm -f "$1"/capture.pcap*
    cp "$state/capture.pcap" "$1/capture.pcap"
    chmod 644 "$1/capture.pcap"
    [ -z "$packed" ] || gzip -9n "$1/capture.pcap"
    cp "$state"/settings/* "$1/" 2> /dev/null || true
    truth_print > "$1/truth.json"
    readme_print > "$1/README.md"
}
