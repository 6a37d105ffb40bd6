#include "detect/rules/kinds.h"

#include <string.h>

#include "base/nearest.h"

const struct rule_kind rule_kinds[] = {
    { "hardcoded-ip", "Address without a name",
            "The device called a public address without having asked DNS for any name that leads "
            "there. The address is built in, or came to it another way. Bots and proxies do that "
            "to get past filters on names.",
            "Some vendors build addresses in, for updates or as a last resort. VPNs, games, "
            "calls and file sharing get their peers from each other. Sparing TLS libraries send "
            "no name even where DNS gave one that the sensor did not see.",
            "Look at iot.as_org, iot.country and iot.asn_risk: a network of the vendor's is "
            "harmless. Otherwise see whether the connection beats, uploads or relays (other "
            "alerts of the same device), and block the address for this device if nothing it is "
            "needed for breaks." },
    { "beacon", "Beacon",
            "The device calls one remote like a clock, and that remote lacks a good reason: it "
            "has no name, is in a network of ill repute, or speaks a service that devices have "
            "no use for. That is how malware asks its owner for orders.",
            "Keepalives of VPNs, games, calls and of vendors without names beat too.",
            "Look at iot.heartbeat.period_s and .bytes (a few equal bytes for days are typical), "
            "and at who owns the address. If nobody can say what it is for, block the remote and "
            "watch whether the device looks for another; if it does, take it off the network, "
            "reset and update it." },
    { "heartbeat-change", "Changed heartbeat",
            "A heartbeat that was steady has stopped, moved its period or grown. The device may "
            "have been switched off, updated, cut off from its cloud, or taken over.",
            "Restarts, updates, a router that was restarted, an outage at the vendor.",
            "See whether the device still does its work and whether others of the same vendor "
            "changed at the same time. A beat that turns into an upload is worth a look at once." },
    { "unanswered", "Nobody answers",
            "The device keeps calling a remote that never answers, or refuses. Either a service "
            "it needs is gone, or it looks for an owner that was shut down.",
            "Vendors who went out of business, services that moved, a firewall on the way.",
            "Find out whose address or name that was. If it was the vendor's, the device has "
            "lost its updates: replace it in time. If nobody's, look for signs of an infection." },
    { "scan", "Scan",
            "The device tries many hosts or many ports, most of which do not answer. Infected "
            "devices spend their day like that, looking for others.",
            "Scanners that somebody in the house runs; apps that look for devices at home; peers "
            "of file sharing.",
            "If nobody runs a scanner on purpose, take the device off the network now, restart "
            "it (most such malware lives in memory only), change its password, update it, and "
            "keep its ports closed to the Internet before it comes back." },
    { "relay", "Relay",
            "What comes in from one remote leaves to others within milliseconds, and their "
            "answers go back: somebody outside uses this connection as his own.",
            "VPN servers, routers and Tor relays that are run on purpose.",
            "iot.relay.controller names who uses it. If nobody set that up, take the device off "
            "the network: what is done through it carries the household's address. Look for apps "
            "that pay for shared bandwidth, free VPNs, and cheap TV boxes." },
    { "proxy", "Proxy",
            "The device belongs to a service that lends home connections to strangers, or speaks "
            "the protocols of a proxy (SOCKS, CONNECT).",
            "Somebody may have installed such an app for its pay; a browser may use a proxy of "
            "the company's or SSH's.",
            "Ask who uses the device. If nobody agreed to it, remove the app; where it came with "
            "the device (TV boxes, picture frames), the device cannot be cleaned: take it off "
            "the network. Block the name in DNS." },
    { "exfil", "Upload out of proportion",
            "The device sends far more than it usually does, or to somebody or in a way that "
            "does not fit.",
            "First backups, films from a phone, calls, a camera that was turned on.",
            "See to whom and how much (iot.upload_burst, iot.upload_day, iot.upload_24h), at what "
            "hour, and whether it recurs. For a remote that nobody knows, stop the connection first and "
            "ask later." },
    { "spam", "Mail by itself",
            "The device hands mail straight to mail servers. Things and people use their "
            "provider's server with a log-in; bots that send spam do not.",
            "Mail servers at home, recorders and printers that mail directly.",
            "Block port 25 outwards for all but a mail server of your own. The device is "
            "infected if nobody set it up to mail: reset and update it." },
    { "irc", "Chat (IRC)",
            "The device speaks IRC. People chat there still; bots of some families take their "
            "orders there.",
            "Somebody's chat client or bot, usually on port 6697 or 6667.",
            "A computer: ask its user. A thing has nobody to chat with: treat it as infected, "
            "see to whom it speaks and block that." },
    { "tor", "Tor",
            "The device uses the Tor network, which hides with whom it speaks.",
            "Tor Browser and Tails, used on purpose.",
            "A computer or phone: ask its user. A thing that uses Tor hides its owner: take it "
            "off the network." },
    { "miner", "Mining",
            "The device mines coins for somebody, at your cost for power.",
            "Somebody may mine on purpose.",
            "Ask who uses the device; if nobody knows of it, the device was broken into: find "
            "how (log-ins, open ports, old software), reset it, block the pool." },
    { "cnc", "Orders from an owner",
            "The device speaks as malware does with those who own it, fetches programs as bots "
            "do, or carries out what they order (floods).",
            "Researchers' traps and tests; a rule of low confidence may meet other protocols.",
            "Take the device off the network now. Restart it, reset it, change its password, "
            "update it, close its ports to the Internet, and look whether others talk to the "
            "same remote." },
    { "exploit", "Exploit",
            "Somebody sends what breaks into a device that has a certain hole, or a device did "
            "what an exploit told it.",
            "The Internet tries every open door all day: without an answer or a download it is "
            "weather. Scanners that somebody runs on purpose.",
            "Which way? From outside to a device: see whether it has that hole (the references "
            "tell which), update it and close its port at the router. A device that sends "
            "exploits or obeyed one is infected: take it off the network." },
    { "dga", "Made-up names",
            "The device asks for names that look as if a program made them up, and that mostly "
            "do not exist. Malware does that to find its owner under names nobody can block in "
            "advance.",
            "Clouds and virus scanners ask for names that look odd; browsers try made-up names "
            "once at start.",
            "Look at the names. The same ending each time may be a vendor's habit; different "
            "endings and many failures are malware: take the device off the network." },
    { "dns-bypass", "Resolver of its own",
            "The device asks a resolver that is none of the network's, so filters and records on "
            "names do not see what it asks.",
            "Browsers, TVs and speakers do so by default (often 8.8.8.8, 1.1.1.1).",
            "If names are filtered at home, redirect or block port 53 and 853 outwards and block "
            "the names of resolvers over HTTPS. Otherwise this is context." },
    { "dns-tunnel", "Data in names",
            "The names asked for carry data, to or from whoever serves their domain. It works "
            "where everything else is blocked.",
            "Virus scanners, some clouds, service discovery, mail checks.",
            "See whose domain it is. A vendor's own is harmless; of one that nobody knows, block "
            "the domain and look at what the device did before." },
    { "lateral", "From device to device",
            "A device opens connections to others at home that it has no business with, or "
            "operates them.",
            "Hubs, apps, casting, printing, backups, and somebody administrating.",
            "See what the device is: for a computer ask its user; a lamp, plug or camera that "
            "opens shares or shells is infected. Keep things in a network of their own." },
    { "leak", "Told in the clear",
            "What everybody on the way can read says who or where the device is, whom it belongs "
            "to, or its password.",
            "Little: it happened. But old devices do it all day.",
            "Update the device; look for HTTPS or TLS in its settings. A password that went over "
            "the wire is known: change it, also where else it is used. If it cannot be helped, "
            "decide whether to keep the device." },
    { "default-credential", "Default log-in",
            "A log-in that everybody knows was tried or taken. Bots try the same lists all day.",
            "The vendor's own app, where nobody ever set a password.",
            "Set a password of your own, turn telnet off, and close the port at the router. "
            "Taken from the Internet: treat the device as broken into. A device that guesses "
            "passwords of others is infected: take it off the network." },
    { "risky-asn", "Network of ill repute",
            "The remote is in a network that the risk lists name: hosts that ask no questions "
            "and ignore complaints.",
            "Such networks have honest customers, too.",
            "'tattler geo lookup ADDRESS' tells whose it is. Weigh it with what else the device "
            "does; put networks you trust into a risk list of your own with a lower value." },
    { "rogue-name", "Odd name",
            "The remote's name is odd: a bare address, one the device never resolved to it, a "
            "name that anybody gets for nothing, or none at all.",
            "Clouds and CDNs share addresses; people reach their own home by dynamic DNS; "
            "Encrypted ClientHello hides names on purpose.",
            "On its own it is context. Together with a beat, an upload or a network of ill "
            "repute find out who is behind it." },
    { "new-device", "New device",
            "A device came that this network had not seen while it was learned.",
            "Guests; phones that change their MAC address.",
            "Is it yours? If not, change the password of the wireless network." },
    { "new-destination", "New destination",
            "The device talks to somebody it never talked to before, or to a place where bots "
            "keep lists and ask for their own address.",
            "Updates, new features, people at their computers.",
            "For inventory. Worth a look for a thing, when other alerts come with it." },
    { "exposure", "Within reach from outside",
            "The device can be reached from the Internet, or asked for that: a port opened at "
            "the router, a tunnel, a cloud that connects whoever knows a number. Or it is flooded from "
            "there, or answers those whom others want flooded.",
            "Much of it is how the product works; games and file sharing open ports.",
            "Decide whether you want it. If not, turn UPnP off at the router and remote access "
            "at the device; if so, keep it updated and give it a password of its own." },
};

const size_t rule_kind_count = sizeof(rule_kinds) / sizeof(rule_kinds[0]);

#define KIND_COUNT (sizeof(rule_kinds) / sizeof(rule_kinds[0]))

const struct rule_kind *rule_kind_find(const char *name)
{
    for (size_t i = 0; i < KIND_COUNT; i++)
        if (strcmp(rule_kinds[i].name, name) == 0)
            return &rule_kinds[i];
    return NULL;
}

const char *rule_kind_meant(const char *name)
{
    const char *names[KIND_COUNT];

    if (rule_kind_find(name) != NULL)
        return NULL;
    for (size_t i = 0; i < KIND_COUNT; i++)
        names[i] = rule_kinds[i].name;
    return nearest_word(name, names, KIND_COUNT);
}
