-- Compromised: signs of an infection that are harmless one by one, seen on one device within a day.
--
-- Bots of the Mirai kind scan, call an owner like a clock, hold on to control servers that are gone and
-- show up in networks where the device never was (Antonakakis et al., Understanding the Mirai Botnet,
-- USENIX Security 2017; MITRE ATT&CK T1595, T1071, T1568). For each of these there is a rule, often of low
-- priority, since each has innocent reasons: vendors go out of business, an update brings a new cloud, a
-- laptop runs a port scanner. They hardly come together, and a bot that takes its time cannot help
-- showing them one after another: each sign counts for 'hours'.
--
-- What a sign is worth says how rare it is in ordinary homes. A scan leaves attempts without answer behind,
-- so those count as a dead cloud only from a device that calls few hosts; a swarm's peers beat and have no
-- names, so a device with many strangers has no beacon.

local excused = { ntp = true, stun = true, dns = true, p2p = true }

-- Of a device, or of one of its flows, which has the same features.
local function scans(it)
    local accepted = it.accepted or 1
    return (it.fanout or 0) >= 40 and (it.fanout_ports or 0) < 16 and accepted < 0.3
        or (it.fanout_lan or 0) >= 16 and accepted < 0.5
        or (it.fanout_absent or 0) >= 32
end

local function is_dead(flow)
    return (flow.fanout or 0) <= 16 and ((flow.unanswered or 0) >= 12 or (flow.refused or 0) >= 10)
end

local function beats_for_no_reason(flow)
    local service = flow.service
    local odd = service == "irc" or service == "telnet" or flow.no_dns and flow.protocol == "tcp"
            and (flow.strangers or 0) < 8 or (flow.asn_risk or 0) >= 70
    return odd and not excused[service] and flow.heartbeat.state == "steady"
end

local function asks_in_vain(it)
    return (it.dns.nxdomain or 0) >= 10
end

local signs = {
    { name = "scan", points = 0.4, holds = scans },
    { name = "missing_names", points = 0.3, holds = asks_in_vain },
    { name = "relay", points = 0.4, holds = function(flow)
        return flow.relay.role == "controller" and flow.relay.score >= 0.5
    end },
    { name = "beacon", points = 0.3, holds = beats_for_no_reason },
    { name = "exfil", points = 0.3, holds = function(flow) return flow.finding.exfil end },
    { name = "dead_cloud", points = 0.15, holds = is_dead },
    { name = "ill_repute", points = 0.15, holds = function(flow)
        return (flow.asn_risk or 0) >= 70
    end },
    { name = "new_network", points = 0.15, holds = function(flow) return flow.new_asn end },
    { name = "own_resolver", points = 0.1, holds = function(flow) return flow.dns.bypass end },
}

-- A sign is kept as "SECONDS WHERE": when it last showed, and with whom.
local function note(memory, sign, where)
    memory[sign] = ("%d %s"):format(time.now(), where:sub(1, 80))
end

local function judge(device, params)
    local memory, why, score, count = device.memory, {}, 0, 0
    for _, sign in ipairs(signs) do
        local since, where = (memory[sign.name] or ""):match("^(%d+) (.*)$")
        if since and time.now() - tonumber(since) <= 3600 * params.hours then
            why[sign.name] = where
            score = score + sign.points
            count = count + 1
        end
    end
    if count >= params.signs and score >= params.enough then
        finding(device, { score = math.min(score, 1), why = why })
    end
end

local function look(flow, device, params)
    local new = false
    for _, sign in ipairs(signs) do
        if sign.holds(flow) then
            note(device.memory, sign.name, flow.name or flow.remote_ip)
            new = true
        end
    end
    if new then
        judge(device, params)
    end
end

-- Connections that last are looked at often, so only at what they alone show.
local function look_at_beat(flow, device, params)
    if beats_for_no_reason(flow) then
        note(device.memory, "beacon", flow.name or flow.remote_ip)
        judge(device, params)
    end
end

heuristic{
    id = "compromised",
    title = "Several signs of an infection",
    severity = 1,
    needs = {
        initiated = true,
        on_flow_window = { ["heartbeat.state"] = "steady",
            { no_dns = true }, { asn_risk = 70 }, { service = "irc" }, { service = "telnet" } },
        on_flow_end = { -- what one of the signs asks for
            { fanout = 40 }, { fanout_lan = 16 }, { fanout_absent = 32 }, { ["dns.nxdomain"] = 10 },
            { ["relay.role"] = "controller" }, { bytes_up = 1e5 }, { unanswered = 12 }, { refused = 10 },
            { new_asn = true }, { ["dns.bypass"] = true }, { asn_risk = 70 },
            { ["heartbeat.state"] = "steady", no_dns = true },
            { ["heartbeat.state"] = "steady", service = "irc" },
            { ["heartbeat.state"] = "steady", service = "telnet" } },
        on_device_window = { window_pkts_up = 16, -- less is no scan, and a few names show as flows end
            { fanout = 40 }, { fanout_lan = 16 }, { fanout_absent = 32 }, { ["dns.nxdomain"] = 10 } },
    },
    params = {
        hours = { default = 24, min = 0.1, max = 720, unit = "h",
            doc = "signs that far apart still count together" },
        signs = { default = 2, min = 2, max = 9, doc = "different signs that are needed at least" },
        enough = { default = 0.6, min = 0, max = 1, doc = "the points that make a finding" },
    },
    on_flow_window = look_at_beat,
    on_flow_end = look,
    on_device_window = function(device, params)
        local scan, in_vain = scans(device), asks_in_vain(device)
        if scan then -- attempts that nobody answers end long after the scan
            note(device.memory, "scan", "many hosts")
        end
        if in_vain then
            note(device.memory, "missing_names", "resolver")
        end
        if scan or in_vain then
            judge(device, params)
        end
    end,
}
