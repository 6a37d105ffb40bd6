"""Rules as large public sets have them, made up from a seed: most name ports and look for rare bytes in a
stream or a buffer, some ask for addresses alone, some for features. None should match."""
import random

PORTS = ["any", "80", "443", "[80,8080,8000:8100]", "23", "1883", "[1024:]", "!53", "53", "5060", "any", "any"]
WORDS = ("admin login cgi-bin shell config update status device camera stream token session firmware "
         "upload download report telemetry gateway sensor control").split()


def rare(dice):
    return f"{dice.choice(WORDS)}{dice.choice('/=-_.:')}{dice.getrandbits(40):010x}"


def bytes_of(dice):
    return "|" + " ".join(f"{dice.randrange(256):02x}" for _ in range(dice.randrange(4, 12))) + "|"


def of_stream(dice):
    ways = dice.choice([("$HOME_NET", "any", "any", "to_server"), ("any", "$HOME_NET", "any", "to_client")])
    contents = f'content:"{rare(dice)}"; nocase;' if dice.random() < 0.7 else f'content:"{bytes_of(dice)}";'
    if dice.random() < 0.5:
        contents += f' content:"{dice.choice(WORDS)}"; distance:0; within:200;'
    if dice.random() < 0.3:
        contents += f' pcre:"/{dice.choice(WORDS)}[=:][a-z0-9]{{4,20}}/i";'
    return f"alert tcp {ways[0]} any -> {ways[1]} {dice.choice(PORTS)}", f"flow:established,{ways[3]}; {contents}"


def of_datagram(dice):
    return (f"alert udp any any -> any {dice.choice(PORTS)}",
            f'content:"{bytes_of(dice)}"; dsize:>{dice.randrange(20, 200)};')


def of_buffer(dice):
    protocol, buffer = dice.choice([
        ("http", "http.uri"), ("http", "http.host"), ("http", "http.user_agent"), ("http", "http.uri"),
        ("dns", "dns.query"), ("dns", "dns.query"), ("tls", "tls.sni"), ("tls", "tls.sni"),
        ("mqtt", "mqtt.publish.topic"), ("quic", "quic.sni")])
    text = rare(dice).lower() if buffer == "http.host" else rare(dice)
    return f"alert {protocol} any any -> any any", f'{buffer}; content:"{text}";'


def of_address(dice):
    address = f"198.{dice.randrange(18, 20)}.{dice.randrange(256)}.{dice.randrange(256)}"
    return f"alert ip $HOME_NET any -> {address} any", ""


def of_feature(dice):
    options = dice.choice([
        'iot.domain; content:"{}.invalid";', "iot.asn:42949{:05d};", 'iot.name; content:"{}.invalid"; endswith;',
        "iot.no_dns:true; iot.asn:42949{:05d};", 'iot.device.vendor; content:"Nobody {}";',
        "iot.upload_burst:>{}; iot.new_domain:true;", "iot.fanout:>9{:05d};"])
    return "alert ip any any -> any any", options.format(dice.randrange(60000))


KINDS = [(of_stream, 45), (of_buffer, 30), (of_datagram, 8), (of_address, 12), (of_feature, 5)]


def make(count, seed=1):
    dice = random.Random(seed)
    makers = dice.choices([kind for kind, _ in KINDS], [weight for _, weight in KINDS], k=count)
    for sid, maker in enumerate(makers, 2_000_001):
        head, options = maker(dice)
        yield f'{head} (msg:"made {sid}"; {options} classtype:misc-activity; sid:{sid}; rev:1;)'
