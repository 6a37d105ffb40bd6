-- Quiet device speaks: one that never sent much suddenly does.
--
-- Thermostats, plugs and sensors send some hundred kilobytes a day, every day, for years (Ren et al.,
-- Information Exposure From Consumer IoT Devices, IMC 2019, doi.org/10.1145/3355369.3355577). What
-- wakes one of them is an update of what it does, a new owner, or somebody who uses it: to send what it
-- hears (MITRE ATT&CK T1020), to relay or to flood. 'exfil' weighs single connections; here it is the
-- device's whole day, so that a theft in small pieces, to many remotes, counts as well.
--
-- What is usual is the most that the device sent in any 24 hours so far, slowly forgotten, but for the last
-- half day or so, or what is stolen piece by piece would become usual as it goes. A device
-- whose usual day is not small is none of these: cameras, phones and computers are left out. What
-- grows by less than 'times' from day to day becomes usual, so a patient thief goes unseen here.
--
-- Harmless: updates of maps, reports of a crash, a firmware that begins to report more. Told once, as
-- context, and then that much is usual. These go to where the vendor has a name, so what went to addresses
-- that the device never resolved weighs most, however many they were:
--
--   0.50  and up to 0.10 more the more it was
--   0.25  half of what speaks went to addresses that the device never resolved
--   0.10  at night

local MB, DAY_S = 1e6, 86400
local FADES = 0.9 -- a day: after two weeks a quarter is left

-- Megabytes that went to addresses without a name. They fade by half a day: of what went out within the last
-- one at least half is left, and what little goes out each day does not add up.
local function nameless_of(memory, now)
    return (memory.nameless_mb or 0) * 0.5 ^ (math.max(0, now - (memory.nameless_at or now)) / DAY_S)
end

local function count_nameless(flow, memory, now)
    memory.nameless_mb = nameless_of(memory, now) + flow.bytes_up / MB
    memory.nameless_at = now
end

local function usual_of(memory, now)
    return memory.usual_mb and memory.usual_mb * FADES ^ ((now - (memory.usual_at or now)) / DAY_S)
end

local function make_usual(memory, sent_mb, now)
    if sent_mb > (usual_of(memory, now) or -1) then
        memory.usual_mb, memory.usual_at = sent_mb, now
    end
end

-- The most of this period and of the one before wait until another is over.
local function note(memory, sent_mb, now, period_s)
    local periods = (now - (memory.since or now)) / period_s
    if periods >= 1 and memory.before_mb then
        make_usual(memory, memory.before_mb, now)
    end
    if periods >= 2 and memory.most_mb then
        make_usual(memory, memory.most_mb, now)
    end
    if periods >= 1 then
        memory.before_mb = periods < 2 and memory.most_mb or nil
    end
    if periods >= 1 or not memory.since then
        memory.since, memory.most_mb = now, sent_mb
    elseif sent_mb > (memory.most_mb or 0) then
        memory.most_mb = sent_mb
    end
end

-- 'about' is what speaks: the connection that just ended, or the device in general.
local function judge(about, device, params)
    local memory, now = device.memory, time.now()
    local sent_mb = (device.upload_24h or 0) / MB
    note(memory, sent_mb, now, 3600 * math.min(24, params.hours / 3))
    local usual_mb, watched_h = usual_of(memory, now), (now - (device.first_seen or now)) / 3600
    if not usual_mb or watched_h < params.hours or usual_mb > params.quiet_mb
            or sent_mb < params.speaks_mb or sent_mb < params.times * usual_mb then
        return
    end
    local night, nameless_mb = time.is_night(), nameless_of(memory, now)
    local score = 0.5 + math.min(0.1, 0.05 * math.log(sent_mb / params.speaks_mb))
    finding(about, {
        score = score + (nameless_mb >= params.speaks_mb / 2 and 0.25 or 0) + (night and 0.1 or 0),
        why = { sent_mb = sent_mb, usual_mb = usual_mb, night = night, nameless_mb = nameless_mb,
            watched_h = math.floor(watched_h) },
    })
    make_usual(memory, sent_mb, now)
end

heuristic{
    id = "quiet-device-speaks",
    title = "Device that is always quiet sends a lot",
    severity = 3,
    needs = { public = true, on_flow_end = { -- what is smaller is counted each hour
        { bytes_up = 1e5 }, { bytes_up = 1e4, no_dns = true } } },
    params = {
        hours = { default = 48, min = 0.1, max = 720, unit = "h",
            doc = "to be watched before it is known what is usual" },
        quiet_mb = { default = 1, min = 0.01, max = 1e6, unit = "MB",
            doc = "who sends more in a usual day is not quiet" },
        speaks_mb = { default = 4, min = 0.1, max = 1e6, unit = "MB",
            doc = "less in a day is nothing to speak of" },
        times = { default = 10, min = 2, max = 1e6, doc = "so many times the usual day" },
    },
    on_flow_end = function(flow, device, params)
        if flow.no_dns then
            count_nameless(flow, device.memory, time.now())
        end
        judge(flow, device, params) -- a theft may be the last that a device does
    end,
    on_device_hour = function(device, params)
        judge(device, device, params)
    end,
}
