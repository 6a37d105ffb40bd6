-- Young name: a domain that the device never used before, in company that a vendor does not keep.
--
-- Devices talk to the same few domains for years (Saidi et al., A Haystack Full of Needles, IMC 2020,
-- doi.org/10.1145/3419394.3423650), and malware rents names that are days old (MITRE ATT&CK T1583.001,
-- T1568). But updates bring new names as well, so a new domain alone is inventory (sid 1000071). It is
-- worth a look where other things about it are odd, too:
--
--   0.25  its network is new to the device as well
--   0.20  so is the port
--   0.30  the name looks as if a program had made it up
--   0.20  its ending is one of those that are cheap, and abused for it (spamhaus.org/domain-reputation)
--   0.20  it beats: a new owner to report to
--   0.20  the device sends it four times as much as it gets, and not little
--   0.30  its network is of ill repute
--  -0.20  the device met more than 'names' new domains within the hour, as a TV with new apps does
--
-- The last takes away points and not the judgement, or a bot would hide among a few names of its choice.

local HOUR_S = 3600
local excused = { ntp = true, stun = true, dns = true } -- whoever asks a resolver asks many others
local endings = {}
for ending in ("bond buzz cfd cyou icu lol mom monster rest sbs shop su top xyz"):gmatch("%S+") do
    endings[ending] = true
end

-- A few digits that stand for a name, so that many fit into what can be remembered.
local function digits_of(name)
    local sum = 0
    for i = 1, #name do
        sum = (31 * sum + name:byte(i)) % 99991
    end
    return sum .. ","
end

-- How many new domains in this hour, up to some twenty.
local function count_names(domain, memory)
    local seen, names, digits = memory.seen or ",", memory.names or 0, digits_of(domain)
    if time.now() - (memory.since or -math.huge) > HOUR_S then
        memory.since, seen, names = time.now(), ",", 0
    end
    if #seen < 120 and not seen:find("," .. digits, 1, true) then
        seen, names = seen .. digits, names + 1
    end
    memory.seen, memory.names = seen, names
    return names
end

local function judge(flow, device, params)
    if not flow.domain or excused[flow.service] then
        return
    end
    local names = count_names(flow.domain, device.memory)
    local score, why = 0, { domain = flow.domain, name = flow.name }
    local function weigh(holds, points, reason, value)
        if holds then
            score = score + points
            why[reason] = value
        end
    end
    weigh(flow.new_asn, 0.25, "new_network", flow.as_org or flow.asn)
    weigh(flow.new_port, 0.2, "new_port", flow.remote_port)
    weigh((flow.dns.dga or 0) >= 0.8, 0.3, "looks_generated", flow.dns.dga)
    weigh(endings[flow.domain:match("[^.]*$")], 0.2, "ending", flow.domain:match("[^.]*$"))
    weigh(flow.heartbeat.state == "steady", 0.2, "beats_s", flow.heartbeat.period_s)
    weigh(flow.bytes_up >= 1000 * params.sends_kb and flow.bytes_up > 4 * flow.bytes_down, 0.2, "sent_kb",
        flow.bytes_up / 1000)
    weigh(names > params.names, -0.2, "new_names", names)
    weigh((flow.asn_risk or 0) >= 70, 0.3, "asn_risk", flow.asn_risk)
    if score >= params.enough then
        finding(flow, { score = math.min(score, 1), why = why })
    end
end

heuristic{
    id = "young-name",
    title = "Odd domain that is new to the device",
    severity = 3,
    needs = { initiated = true, new_domain = true },
    params = {
        names = { default = 6, min = 1, max = 19,
            doc = "meeting more new domains in an hour is exploring" },
        sends_kb = { default = 100, min = 1, max = 1e6, unit = "kB", doc = "sending less is nothing odd" },
        enough = { default = 0.4, min = 0, max = 1, doc = "the points that make a finding" },
    },
    on_name = judge, -- for connections that last
    on_flow_end = judge,
}
