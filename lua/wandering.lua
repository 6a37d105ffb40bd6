-- Wandering: a device, left alone, calls ever more networks and countries.
--
-- Most devices talk to the clouds of one vendor: a handful of networks in one or two countries (Ren et al.,
-- Information Exposure From Consumer IoT Devices, IMC 2019, doi.org/10.1145/3355369.3355577). Who hops
-- over many more than ever is lent out to strangers, searches for its owner (MITRE ATT&CK T1008, T1568), or
-- has a cloud that moves about, which somebody who cares where his data goes wants to know.
--
-- Left alone means that only small connections count, since people who use a device move more. The day is cut
-- into periods; what counts is a period with far more networks or countries than any before, which
-- becomes usual when it was told. Clocks, calls, names and swarms go everywhere, and are left out.
--
-- Alike, but harmless: phones and computers, which always wander and so are not told of.

local excused = { ntp = true, stun = true, dns = true, dot = true, doh = true, doq = true, p2p = true }

-- Adds a short text to a set, which is a text of up to 127 bytes, and returns how many are in it.
local function add(memory, set, text)
    local known, count = memory[set] or ",", memory[set .. "_count"] or 0
    if #known + #text < 127 and not known:find("," .. text .. ",", 1, true) then
        count = count + 1
        memory[set], memory[set .. "_count"] = known .. text .. ",", count
    end
    return count
end

local function end_period(memory)
    memory.usual_networks = math.max(memory.usual_networks or 0, memory.networks_count or 0)
    memory.usual_countries = math.max(memory.usual_countries or 0, memory.countries_count or 0)
    memory.periods = (memory.periods or 0) + 1
    memory.networks, memory.networks_count, memory.countries, memory.countries_count = nil, nil, nil, nil
end

local function judge(flow, device, params)
    local memory, now = device.memory, time.now()
    if excused[flow.service or "other"] or (flow.strangers or 0) >= 8
            or flow.bytes_up + flow.bytes_down > 1000 * params.small_kb then
        return
    end
    if not memory.since then
        memory.since = now
    elseif now - memory.since > 3600 * params.hours then
        memory.since = now
        end_period(memory)
    end
    local networks = add(memory, "networks", tostring(flow.asn))
    local countries = flow.country and add(memory, "countries", flow.country) or 0
    if (memory.periods or 0) < params.periods then
        return
    end
    local far = networks >= params.networks and networks >= 2 * (memory.usual_networks or 0)
    local abroad = countries >= params.countries and countries >= 2 * (memory.usual_countries or 0)
    if far or abroad then
        finding(device, {
            score = math.min(1, (far and 0.5 or 0) + (abroad and 0.5 or 0)),
            why = { networks = networks, usual_networks = memory.usual_networks, countries = countries,
                usual_countries = memory.usual_countries, last = flow.name or flow.remote_ip,
                last_network = flow.as_org or flow.asn },
        })
    end
end

heuristic{
    id = "wandering",
    title = "Device calls far more networks than ever",
    severity = 4,
    needs = { public = true, initiated = true, asn = 1 },
    params = {
        hours = { default = 6, min = 0.1, max = 720, unit = "h", doc = "a period" },
        periods = { default = 8, min = 1, max = 1000,
            doc = "periods to be watched before it is known what is usual" },
        networks = { default = 8, min = 2, max = 15, doc = "fewer networks in a period are ordinary" },
        countries = { default = 5, min = 2, max = 40, doc = "fewer countries in a period are ordinary" },
        small_kb = { default = 50, min = 1, max = 1e6, unit = "kB",
            doc = "larger connections mean that somebody uses the device" },
    },
    on_flow_end = judge,
}
