-- Wandering: a device, left alone, calls ever more networks and countries.
--
-- Most devices talk to the clouds of one vendor: a handful of networks in one or two countries (Ren et al.,
-- Information Exposure From Consumer IoT Devices, IMC 2019, doi.org/10.1145/3355369.3355577). Who hops
-- over many more than ever is lent out to strangers, searches for its owner (MITRE ATT&CK T1008, T1568), or
-- has a cloud that moves about, which somebody who cares where his data goes wants to know.
--
-- Left alone means that only small connections count, since people who use a device move more. The day is cut
-- into periods; what counts is a period, and the one before, with far more networks or countries than any
-- earlier one. Clocks, calls, names and swarms go everywhere, and are left out.
--
-- Alike, but harmless: phones and computers, which always wander and so are not told of.

local excused = { ntp = true, stun = true, dns = true, dot = true, doh = true, doq = true, p2p = true }

-- Sets are texts of up to 127 bytes: ",64496,64500,".

local function add(memory, set, text)
    local known = memory[set] or ","
    if #known + #text < 127 and not known:find("," .. text .. ",", 1, true) then
        memory[set] = known .. text .. ","
    end
end

-- How many are in one of them, or in the other.
local function count(one, other)
    local _, found = one:gsub("[^,]+", "")
    for text in other:gmatch("[^,]+") do
        if not one:find("," .. text .. ",", 1, true) then
            found = found + 1
        end
    end
    return found
end

-- The last period is not usual yet: who hops where one ends hops in two halves, which count together.
local function end_period(memory, set)
    local last = memory["last_" .. set]
    if last then
        memory["usual_" .. set] = math.max(memory["usual_" .. set] or 0, count(last, ","))
    end
    memory["last_" .. set], memory[set] = memory[set] or ",", nil
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
        end_period(memory, "networks")
        end_period(memory, "countries")
    end
    add(memory, "networks", tostring(flow.asn))
    if flow.country then
        add(memory, "countries", flow.country)
    end
    local watched_s = now - (device.first_seen or now)
    if not memory.usual_networks or watched_s < 3600 * params.hours * params.periods then
        return
    end
    local networks = count(memory.networks or ",", memory.last_networks or ",")
    local countries = count(memory.countries or ",", memory.last_countries or ",")
    local far = networks >= params.networks and networks >= 2 * memory.usual_networks
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
