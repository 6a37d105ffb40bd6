# shellcheck shell=bash disable=SC2154 # lib.sh sets run, state and spawned
# resolvers.sh - resolvers of the lab's Internet with the addresses of known ones. Sourced by lib.sh.

# remotes_own ADDRESS...: the Internet has these addresses, too
remotes_own()
{
    local address

    for address in "$@"; do
        ip -n "$run-internet" route add local "$address" dev lo
    done
}

# encrypted_resolver_start NAME=ADDRESS...: DNS over HTTPS at 8.8.8.8 and 1.1.1.1, over TLS at 1.1.1.1
encrypted_resolver_start()
{
    local pair

    {
        printf 'server:\n  chroot: ""\n  username: ""\n  use-syslog: no\n  pidfile: ""\n'
        printf '  interface: %s\n' 8.8.8.8@443 1.1.1.1@443 1.1.1.1@853
        printf '  https-port: 443\n  tls-port: 853\n  access-control: 0.0.0.0/0 allow\n'
        printf '  tls-service-key: /lab/pki/server.key\n  tls-service-pem: /lab/pki/server.crt\n'
        printf '  module-config: "iterator"\n  local-zone: example. static\n'
        for pair in "$@"; do
            printf '  local-data: "%s. 300 A %s"\n' "${pair%%=*}" "${pair#*=}"
        done
        printf 'remote-control:\n  control-enable: no\n'
    } > "$state/unbound.conf"
    spawn internet unbound -d -c /lab/unbound.conf
    await_port internet tcp 853
}

# quic_resolver_start ADDRESS: DNS over QUIC that knows www.news.example
quic_resolver_start()
{
    cat > "$state/knot.conf" <<END
server:
    rundir: /run
    listen: $1@5353
    listen-quic: $1@853
    cert-file: /lab/pki/server.crt
    key-file: /lab/pki/server.key
    user: root
database:
    storage: /tmp
zone:
  - domain: news.example
    file: /lab/news.zone
    journal-content: none
    zonefile-load: whole
END
    cat > "$state/news.zone" <<END
news.example. 300 SOA ns.news.example. root.news.example. 1 3600 600 86400 300
news.example. 300 NS ns.news.example.
ns.news.example. 300 A $1
www.news.example. 300 A 192.0.2.80
END
    spawn internet knotd -c /lab/knot.conf
    await_port internet udp 853
}

# tls_page_start ADDRESS...: HTTPS that has /lab/task, on these addresses alone
tls_page_start()
{
    local address

    echo sleep > "$state/task"
    for address in "$@"; do
        on internet openssl s_server -WWW -accept "$address:443" -cert /lab/pki/server.crt \
            -key /lab/pki/server.key < /dev/null > "$state/log/page-$address" 2>&1 &
    done
    await_port internet tcp 443
}
