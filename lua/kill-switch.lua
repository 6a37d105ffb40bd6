-- Kill switch: a device that cannot live without its cloud.
--
-- Some devices stop working, or restart again and again, once the name of their cloud is refused: whoever
-- runs the cloud, or takes it over, can switch them off (MITRE ATT&CK T1489), and whoever blocks it
-- should know what he breaks. What shows on the network: a device that used to send every few minutes
-- goes silent after a refusal, comes back, asks for the same name at once, is refused, and goes silent
-- again. What goes silent for good tells nothing more; the rules on lost heartbeats do (sid 1000022).
--
-- Alike, but harmless: a phone that leaves the house was as often silent before the refusal, and a
-- device that sleeps has long pauses always: a pause counts if it is several times the longest before.

local AT_ONCE_S = 180 -- a device takes that long to start and ask

local PAUSE_S = 120 -- a shorter one is none

local function on_device_window(device, params)
    local memory, pause = device.memory, device.window_s
    if not memory.refused_at then
        memory.longest = math.max(memory.longest or 0, pause)
    elseif pause >= 60 * params.silent_min and pause >= params.times_usual * (memory.usual or pause) then
        memory.returned_at, memory.pause = time.now(), pause
    end
end

local function start(answer, memory)
    memory.refused_at, memory.name = time.now(), answer.name:sub(1, 127)
    memory.usual, memory.pauses, memory.returned_at = memory.longest or PAUSE_S, 0, nil
end

local function on_dns_answer(answer, device, params)
    local memory = device.memory
    if time.now() - device.first_seen < 60 * params.watched_min then
        return
    elseif not memory.refused_at or time.now() - memory.refused_at > 3600 * params.hours then
        return start(answer, memory)
    elseif answer.name:sub(1, 127) ~= memory.name
            or time.now() - (memory.returned_at or -math.huge) > AT_ONCE_S then
        return
    end
    local pauses = (memory.pauses or 0) + 1
    memory.pauses, memory.returned_at = pauses, nil
    if pauses >= params.pauses then
        finding(device, {
            score = math.min(1, 0.3 + 0.1 * pauses),
            why = { name = memory.name, pauses = pauses, last_pause_min = (memory.pause or 0) / 60,
                longest_before_min = (memory.usual or 0) / 60,
                hours = (time.now() - memory.refused_at) / 3600 },
        })
    end
end

heuristic{
    id = "kill-switch",
    title = "Device falls silent without its cloud",
    severity = 4,
    needs = { on_device_window = { window_s = PAUSE_S }, on_dns_answer = { blocked = true } },
    params = {
        silent_min = { default = 10, min = 2, max = 1440, unit = "min", doc = "shorter pauses do not count" },
        times_usual = { default = 3, min = 2, max = 1000,
            doc = "a pause counts if it is so many times the longest one before the refusal" },
        pauses = { default = 3, min = 2, max = 100, doc = "pauses that are needed" },
        hours = { default = 24, min = 1, max = 720, unit = "h", doc = "to be silent in, after the refusal" },
        watched_min = { default = 20, min = 5, max = 10000, unit = "min",
            doc = "to be watched before it is known what is usual" },
    },
    on_device_window = on_device_window,
    on_dns_answer = on_dns_answer,
}
