-- Quiet device speaks: one that never sent much suddenly does.
--
-- Thermostats, plugs and sensors send some hundred kilobytes a day, every day, for years (Ren et al.,
-- Information Exposure From Consumer IoT Devices, IMC 2019, doi.org/10.1145/3355369.3355577). What
-- wakes one of them is an update of what it does, a new owner, or somebody who uses it: to send what it
-- hears (MITRE ATT&CK T1020), to relay or to flood. 'exfil' weighs single connections; here it is the
-- device's whole day, so that a theft in small pieces, to many remotes, counts as well.
--
-- What is usual is the most that the device sent in any 24 hours so far, and slowly forgotten. A device
-- whose usual day is not small is none of these: cameras, phones and computers are left out. What
-- grows by less than 'times' from day to day becomes usual, so a patient thief goes unseen here.
--
-- Harmless: updates of maps, reports of a crash, a firmware that begins to report more. Told once, as
-- context, and then that much is usual.

local MB, DAY_S = 1e6, 86400
local FADES = 0.9 -- a day: after two weeks a quarter is left

-- 'about' is what speaks: the connection that just ended, or the device in general.
local function judge(about, device, params)
    local memory, now = device.memory, time.now()
    local sent_mb = (device.upload_24h or 0) / MB
    local usual_at, usual_mb = memory.usual_at, memory.usual_mb
    if not (usual_at and usual_mb) then
        memory.usual_at, memory.usual_mb = now, sent_mb
        return
    end
    usual_mb = usual_mb * FADES ^ ((now - usual_at) / DAY_S)
    if sent_mb <= 1.01 * usual_mb then -- as most of the time
        return
    end
    local watched_h = (now - (device.first_seen or now)) / 3600
    if watched_h >= params.hours and usual_mb <= params.quiet_mb
            and sent_mb >= params.speaks_mb and sent_mb >= params.times * usual_mb then
        local score = 0.5 + 0.1 * math.log(sent_mb / params.speaks_mb)
        finding(about, {
            score = math.min(1, time.is_night() and score + 0.1 or score),
            why = { sent_mb = sent_mb, usual_mb = usual_mb, night = time.is_night(),
                watched_h = math.floor(watched_h) },
        })
    end
    memory.usual_at, memory.usual_mb = now, sent_mb
end

heuristic{
    id = "quiet-device-speaks",
    title = "Device that is always quiet sends a lot",
    severity = 3,
    needs = { public = true, bytes_up = 1e5 }, -- smaller ones are counted each hour
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
        judge(flow, device, params) -- a theft may be the last that a device does
    end,
    on_device_hour = function(device, params)
        judge(device, device, params)
    end,
}
