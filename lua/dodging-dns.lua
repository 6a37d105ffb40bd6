-- Dodging DNS: a device that is refused a name and finds another way.
--
-- A resolver that filters (Pi-hole, AdGuard, a provider's sinkhole) answers an unwanted name with nothing, or
-- with an address that leads nowhere. Most devices give up. Who then dials an address that it never
-- resolved had that address built in for this very case: fallback channels, MITRE ATT&CK T1008. Who asks
-- somebody else until the name has an address goes around the filter (T1071.004).
--
-- An address counts only if it is dialled soon after the refusal and the device did not dial it before
-- without any; and not from devices that dial many addresses without names, as VPNs, calls, games and swarms
-- do. Where it happens again, it is no chance any more. A bot may wait for longer than 'seconds', or dial
-- its address in good time: then it is a beacon to an address without a name, which others tell. A name
-- that does not exist is no refusal, since devices ask for many. Where nobody answers there is no way
-- around, and where the line is out a resolver refuses whatever it is asked.
--
-- Harmless, and therefore told as context: apps with addresses for bad days, such as messengers.

local excused = { ntp = true, stun = true, dns = true, p2p = true }

-- A refusal stands until it is old: one that is repeated must not make what it led to look older.
local function note_refusal(answer, memory, params)
    if not memory.refused_at or time.now() - memory.refused_at > params.seconds then
        memory.refused_at = time.now()
        memory.refused_name = answer.name:sub(1, 100)
        memory.refused_by = answer.resolver
    end
end

local function on_dns_answer(answer, device, params)
    local memory = device.memory
    if answer.blocked then
        note_refusal(answer, memory, params)
    elseif answer.address and answer.name == memory.refused_name and answer.resolver ~= memory.refused_by
            and time.now() - (memory.refused_at or -math.huge) <= params.seconds then
        finding(device, { score = 0.7, why = { name = answer.name, refused_by = memory.refused_by,
            answered_by = answer.resolver, after_s = math.floor(time.now() - memory.refused_at) } })
    end
end

-- Addresses that were dialled without any refusal, as ",203.0.113.1,"; the oldest go first.
local function remember_address(address, memory)
    local known = memory.known or ","
    if not known:find("," .. address .. ",", 1, true) then
        while #known + #address > 126 do
            known = known:match("^,[^,]*(.*)$")
        end
        memory.known = known .. address .. ","
    end
end

local function count_times(flow, memory)
    local times = memory.dialled == flow.remote_ip and memory.times or 0
    if times == 0 or memory.dialled_for ~= memory.refused_at then
        times = times + 1
    end
    memory.dialled, memory.dialled_for, memory.times = flow.remote_ip, memory.refused_at, times
    return times
end

local function judge(flow, device, params)
    local memory = device.memory
    if excused[flow.service or "other"] or (flow.strangers or 0) > params.addresses then
        return
    end
    local after_s = time.now() - flow.age_s - (memory.refused_at or -math.huge)
    if after_s < 0 then -- dialled before the refusal
        return
    elseif after_s > params.seconds then
        remember_address(flow.remote_ip, memory)
    elseif (flow.pkts_down or 0) > 0
            and not (memory.known or ""):find("," .. flow.remote_ip .. ",", 1, true) then
        local times = count_times(flow, memory)
        finding(flow, {
            score = math.min(1, 0.4 + 0.2 * times + ((flow.asn_risk or 0) >= 70 and 0.2 or 0)),
            why = { name = memory.refused_name, refused_by = memory.refused_by, after_s = math.floor(after_s),
                address = flow.remote_ip, port = flow.remote_port, times = times },
        })
    end
end

heuristic{
    id = "dodging-dns",
    title = "Device gets around a name that was refused",
    severity = 3,
    needs = { public = true, initiated = true, no_dns = true },
    params = {
        seconds = { default = 120, min = 1, max = 86400, unit = "s",
            doc = "what is dialled later has nothing to do with the refusal" },
        addresses = { default = 4, min = 1, max = 16,
            doc = "who calls more addresses without names in a day needs no refusal for it" },
    },
    on_dns_answer = on_dns_answer,
    on_flow_window = judge,
    on_flow_end = judge,
}
