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
-- names, so a device with many strangers has no beacon, unless they are its prey.
--
-- A scan that takes its time is told by its ports: one address after the other, without a name and without
-- an answer, on those that bots look for. A swarm's peers have ports of their own. Who never answers is no
-- owner, so a scan that keeps time has no beacon by that.

local excused = { ntp = true, stun = true, dns = true, p2p = true }

-- Of a device, or of one of its flows, which has the same features.
local function scans(it)
    local accepted = it.accepted or 1
    return (it.fanout or 0) >= 40 and (it.fanout_ports or 0) < 16 and accepted < 0.3
        or (it.fanout_lan or 0) >= 16 and accepted < 0.5
        or (it.fanout_absent or 0) >= 32
end

local prey = {}
for port in ("21 22 23 81 135 139 445 1433 2222 2323 3306 3389 5000 5555 5900 6379 7547 8080 8291 8443 8728 "
        .. "9527 37215 49152 52869 60001"):gmatch("%d+") do
    prey[tonumber(port)] = true
end

local AGAIN_S = 60 -- a sign that goes on is looked at and noted again so often

-- When a sign last showed and with whom; 'sign.at' and 'sign.name' are their names in the memory.
local function note(memory, sign, where)
    memory[sign.at], memory[sign.name] = time.now(), where:sub(1, 80)
end

local function is_fresh(memory, sign)
    local since_s = time.now() - (memory[sign.at] or -math.huge)
    return since_s >= 0 and since_s < AGAIN_S
end

-- Where a sign showed; nil: not within the time that it counts.
local function shown(memory, sign, params)
    local at = memory[sign.at]
    return at and time.now() - at <= 3600 * params.hours and memory[sign.name]
end

local prey_tried = { name = "prey", at = "prey_at" } -- no sign by itself

local STRANGERS_MAX = 16 -- that many or more

-- One address after the other, none of which answers or none of which wants to. Two dead servers that are
-- tried in turn are no more than two strangers.
local function scans_slowly(flow, memory, params)
    if not prey[flow.remote_port] or not flow.no_dns or flow.protocol ~= "tcp"
            or (flow.pkts_down or 0) > 0 and (flow.refused or 0) == 0 then
        return false
    end
    local tries = time.now() - (memory.tried_at or -math.huge) <= 3600 and memory.tries or 0
    if flow.remote_ip ~= memory.tried then
        tries = tries + 1
    end
    memory.tries, memory.tried, memory.tried_at = tries, flow.remote_ip, time.now()
    local many = tries >= params.tries and (flow.strangers or 0) >= math.min(params.tries, STRANGERS_MAX)
    if many then
        note(memory, prey_tried, flow.remote_ip)
    end
    return many
end

local function is_dead(flow)
    return (flow.fanout or 0) <= 16 and ((flow.unanswered or 0) >= 12 or (flow.refused or 0) >= 10)
end

-- The sign that a beat is, if it is one.
local function beat_of(flow)
    local service = flow.service
    if excused[service] or flow.heartbeat.state ~= "steady" then
        return nil
    elseif service == "irc" or service == "telnet" or (flow.asn_risk or 0) >= 70 then
        return "beacon"
    elseif flow.no_dns and flow.protocol == "tcp" and (flow.pkts_down or 0) > 0 then
        return (flow.strangers or 0) < 8 and "beacon" or "crowded_beacon"
    end
end

local function asks_in_vain(it)
    return (it.dns.nxdomain or 0) >= 10
end

local signs = {
    { name = "scan", points = 0.4, holds = function(flow, memory, params)
        return scans(flow) or scans_slowly(flow, memory, params)
    end },
    { name = "missing_names", points = 0.3, holds = asks_in_vain },
    { name = "relay", points = 0.4, holds = function(flow)
        return flow.relay.role == "controller" and flow.relay.score >= 0.5
    end },
    { name = "beacon", points = 0.3, holds = function(flow) return beat_of(flow) == "beacon" end },
    { name = "crowded_beacon", points = 0.3, with = prey_tried, instead_of = "beacon", holds = function(flow)
        return beat_of(flow) == "crowded_beacon"
    end },
    { name = "exfil", points = 0.3, holds = function(flow) return flow.finding.exfil end },
    { name = "dead_cloud", points = 0.15, holds = is_dead },
    { name = "ill_repute", points = 0.15, holds = function(flow)
        return (flow.asn_risk or 0) >= 70
    end },
    { name = "new_network", points = 0.15, holds = function(flow) return flow.new_asn end },
    { name = "own_resolver", points = 0.1, holds = function(flow) return flow.dns.bypass end },
}

local sign_of = {}
for _, sign in ipairs(signs) do
    sign.at = sign.name .. "_at"
    sign_of[sign.name] = sign
end

local function judge(device, params)
    local memory, why, score, count = device.memory, {}, 0, 0
    for _, sign in ipairs(signs) do
        local where = shown(memory, sign, params)
        if where and (not sign.with or shown(memory, sign.with, params) and not why[sign.instead_of]) then
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
    local memory, new = device.memory, false
    -- That a scan has shown is no reason not to count whom it tries: the sign of a beacon rests on that.
    if is_fresh(memory, sign_of.scan) and not is_fresh(memory, prey_tried) then
        new = scans_slowly(flow, memory, params)
    end
    for _, sign in ipairs(signs) do
        if not is_fresh(memory, sign) and sign.holds(flow, memory, params) then
            note(memory, sign, flow.name or flow.remote_ip)
            new = true
        end
    end
    if new then
        judge(device, params)
    end
end

-- Connections that last are looked at often, so only at what they alone show.
local function look_at_beat(flow, device, params)
    local memory, beat = device.memory, beat_of(flow)
    if beat and not is_fresh(memory, sign_of[beat]) then
        note(memory, sign_of[beat], flow.name or flow.remote_ip)
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
            { no_dns = true, protocol = "tcp" },
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
        tries = { default = 20, min = 5, max = 1000,
            doc = "hosts tried in vain, an hour apart at most, that are a scan" },
        signs = { default = 2, min = 2, max = 9, doc = "different signs that are needed at least" },
        enough = { default = 0.6, min = 0, max = 1, doc = "the points that make a finding" },
    },
    on_flow_window = look_at_beat,
    on_flow_end = look,
    on_device_window = function(device, params)
        local scan, in_vain = scans(device), asks_in_vain(device)
        if scan then -- attempts that nobody answers end long after the scan
            note(device.memory, sign_of.scan, "many hosts")
        end
        if in_vain then
            note(device.memory, sign_of.missing_names, "resolver")
        end
        if scan or in_vain then
            judge(device, params)
        end
    end,
}
