# shellcheck shell=bash disable=SC2154 # lib.sh sets run, state and spawned
# services.sh - the servers of a scenario and what its devices do with them. Sourced by lib.sh.

# --- servers ---

# resolver_start HOST [DNSMASQ OPTION...]: DHCP with the fixed leases and the names of 'names'
resolver_start()
{
    local host=$1

    shift
    spawn "$host" dnsmasq --keep-in-foreground --conf-file="/lab/dnsmasq-$host.conf" --no-resolv --no-hosts \
        --user=root --pid-file --dhcp-leasefile=/tmp/leases --dhcp-authoritative --no-ping \
        --interface=br-lan --except-interface=lo --bind-interfaces "$@"
    await_port "$host" udp 67
}

# names: reads dnsmasq records (host-record=, cname= ...) from standard input
names()
{
    cat >> "$state/dnsmasq-router.conf"
}

# The home router: DHCP, router advertisements, and DNS that knows the whole made-up Internet.
router_start()
{
    resolver_start router --local=/#/ --domain=home.arpa --local-ttl=300 \
        --dhcp-range=192.168.77.100,192.168.77.199,12h \
        --enable-ra --dhcp-range=::,constructor:br-lan,ra-only,64
    await_port router udp 53
}

# inner_router_start HOST PREFIX: DHCP for PREFIX.0/24; the resolver stays the home router
inner_router_start()
{
    resolver_start "$1" --port=0 "--dhcp-range=$2.10,$2.99,12h" \
        --dhcp-option=option:dns-server,192.168.77.1
}

# certificates NAME...: one for all names, from a CA made for this run (/lab/pki/ca.crt)
certificates()
{
    mkdir "$state/pki"
    on internet openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 365 \
        -subj "/CN=Lab CA" -keyout /lab/pki/ca.key -out /lab/pki/ca.crt 2> /dev/null
    on internet openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 90 \
        -CA /lab/pki/ca.crt -CAkey /lab/pki/ca.key -subj "/CN=$1" -addext basicConstraints=CA:FALSE \
        -addext "subjectAltName=$(printf 'DNS:%s\n' "$@" | paste -sd,)" \
        -keyout /lab/pki/server.key -out /lab/pki/server.crt 2> /dev/null
    chmod 644 "$state"/pki/*
    tls="tls /lab/pki/server.crt /lab/pki/server.key"
    tls_name=$1
}

# web_start SITE...: caddy answering on Caddyfile addresses such as https:// or http://:7080
web_start()
{
    local site

    {
        printf '{\n auto_https off\n admin off\n default_sni %s\n' "$tls_name"
        printf ' servers {\n  protocols h1 h2\n }\n}\n'
        for site in "$@"; do
            printf '%s {\n' "$site"
            [ "${site#https}" = "$site" ] || printf ' %s\n' "$tls"
            printf ' @file file {\n  root /lab/files\n }\n root * /lab/files\n handle @file {\n  file_server\n }\n'
            printf ' respond "{\\"status\\":\\"ok\\",\\"next\\":3600}"\n}\n'
        done
    } > "$state/Caddyfile"
    spawn internet caddy run --config /lab/Caddyfile --adapter caddyfile
    await_port internet tcp 443
}

# web_file NAME BYTES: what the web servers have at /NAME; anything else is a line of JSON
web_file()
{
    mkdir -p "$state/files"
    head -c "$2" /dev/urandom > "$state/files/$1"
}

# quic_start [PAGE...]: HTTP/3 on UDP port 443. Not Caddy's: 2.6 answers from another address than
# it was asked at.
quic_start()
{
    local page

    mkdir "$state/www"
    for page in index.html "$@"; do
        echo '{"status":"ok","next":3600}' > "$state/www/$page"
    done
    spawn internet gtlsserver -q -d /lab/www '*' 443 /lab/pki/server.key /lab/pki/server.crt
    await_port internet udp 443
}

mqtt_start()
{
    cat > "$state/mosquitto.conf" <<'END'
listener 8883
certfile /lab/pki/server.crt
keyfile /lab/pki/server.key
allow_anonymous true
user root
END
    spawn internet mosquitto -c /lab/mosquitto.conf
    await_port internet tcp 8883
}

# narrow_server ADDRESS BYTES: a server that announces that maximum segment size
narrow_server()
{
    in_net internet sysctl -qw "net.ipv4.route.min_adv_mss=$2"
    ip -n "$run-internet" route add 192.168.77.0/24 via 100.64.7.1 advmss 1460
    ip -n "$run-internet" rule add from "$1" lookup 100
    ip -n "$run-internet" route add 192.168.0.0/16 via 100.64.7.1 advmss "$2" table 100
}

# dot_start ADDRESS NAME=ADDRESS...: DNS over TLS that knows these names
dot_start()
{
    local pair

    {
        printf 'server:\n  chroot: ""\n  username: ""\n  use-syslog: no\n  pidfile: ""\n'
        printf '  interface: %s@853\n  access-control: 0.0.0.0/0 allow\n' "$1"
        printf '  tls-service-key: /lab/pki/server.key\n  tls-service-pem: /lab/pki/server.crt\n'
        printf '  module-config: "iterator"\n  local-zone: example. static\n'
        for pair in "${@:2}"; do
            printf '  local-data: "%s. 300 A %s"\n' "${pair%%=*}" "${pair#*=}"
        done
        printf 'remote-control:\n  control-enable: no\n'
    } > "$state/unbound.conf"
    spawn internet unbound -d -c /lab/unbound.conf
    await_port internet tcp 853
}

# dot_client HOST ADDRESS NAME: from now on HOST resolves through Stubby, over TLS
dot_client()
{
    cat > "$state/stubby.yml" <<END
resolution_type: GETDNS_RESOLUTION_STUB
dns_transport_list:
  - GETDNS_TRANSPORT_TLS
tls_authentication: GETDNS_AUTHENTICATION_REQUIRED
tls_ca_file: "/lab/pki/ca.crt"
idle_timeout: 3000
listen_addresses:
  - 127.0.0.1
upstream_recursive_servers:
  - address_data: $2
    tls_auth_name: "$3"
END
    spawn "$1" stubby -C /lab/stubby.yml
    await_port "$1" udp 53
    echo nameserver 127.0.0.1 > "$state/hosts/$1/resolv.conf"
}

ntp_start()
{
    spawn internet chronyd -x -d -u root 'local stratum 2' 'allow all' 'cmdport 0' \
        'bindcmdaddress /' 'pidfile /run/chronyd.pid'
    await_port internet udp 123
}

# turn_start ADDRESS
turn_start()
{
    spawn internet turnserver -n -L "$1" -E "$1" --no-tls --no-dtls --no-cli --lt-cred-mech \
        --user=device:secret --realm=turn.example --allow-loopback-peers --log-file=stdout \
        --pidfile=/run/turnserver.pid
    await_port internet udp 3478
}

# --- what devices do ---

# clip NAME BYTES: something to upload, /lab/NAME
clip()
{
    head -c "$2" /dev/urandom > "$state/$1"
}

# fetch HOST CURL_ARGUMENT...
fetch()
{
    local host=$1

    shift
    on "$host" curl --silent --show-error --max-time 15 --cacert /lab/pki/ca.crt \
        --output /dev/null "$@" 2>> "$state/log/$host-curl"
}

# fetch_quic HOST CURL_ARGUMENT...: again after 4 s without an answer, for about one request in five
# of curl to gtlsserver stays without one although the handshake is done
fetch_quic()
{
    fetch "$@" --http3-only --max-time 4 --retry 4
}

# clock_query HOST SERVER: NTP as chrony does it, without setting any clock
clock_query()
{
    on "$1" chronyd -Q -u root -t 10 "server $2 iburst maxsamples 4" 'cmdport 0' \
        'pidfile /run/chronyd.pid' > "$state/log/$1-chronyd" 2>&1
}

# announce HOST: mDNS probes and announcements of the host's own name
announce()
{
    local name

    name=$(cat "$state/hosts/$1/name")
    printf '[server]\nhost-name=%s\nenable-dbus=no\nallow-interfaces=eth0\n' "$name" \
        > "$state/avahi-$1.conf"
    printf '[publish]\npublish-workstation=yes\n' >> "$state/avahi-$1.conf"
    spawn "$1" avahi-daemon --no-drop-root --no-chroot --file "/lab/avahi-$1.conf"
}
