-- Chatter: a device sends far more packets a minute than it ever did.
--
-- A plug sends a few packets a minute, a bot that floods sends thousands a second (MITRE ATT&CK T1498), and
-- neither bytes nor names need to show it: SYNs carry nothing. So packets are counted over all of a
-- device's connections and compared with its own busiest minute so far, which is slowly forgotten, and with
-- what its type may do: set 'per_minute' for a type in the configuration (types: plug: chatter: …).
--
-- Harmless: a TV that streams for the first time after a day of rest, an update, a call. One such minute
-- becomes usual and is told once.

local DAY_S = 86400
local FADES = 0.9 -- a day

local function usual_of(memory, at)
    return (memory.usual or 0) * FADES ^ ((at - (memory.usual_at or at)) / DAY_S)
end

local function make_usual(memory, per_minute, at)
    if per_minute >= usual_of(memory, at) then
        memory.usual, memory.usual_at = per_minute, at
    end
end

local function judge(device, params)
    local memory, now, window_s = device.memory, time.now(), device.window_s
    if window_s > 60 * params.pause_min then -- as good as silent in between
        return
    end
    local per_minute = device.window_pkts_up * 60 / window_s
    local last, last_at = memory.last or 0, memory.last_at or now
    if last_at + 1 < now - window_s then -- else it may have been the beginning of this
        make_usual(memory, last, last_at)
    end
    local usual = usual_of(memory, now)
    if now - device.first_seen >= 3600 * params.hours and per_minute >= params.per_minute
            and per_minute >= params.times * usual then
        finding(device, {
            score = math.min(1, 0.4 + 0.1 * math.log(per_minute / params.per_minute)),
            why = { per_minute = math.floor(per_minute), usual = usual, type = device.type },
        })
        make_usual(memory, per_minute, now)
    else
        make_usual(memory, last, last_at)
    end
    memory.last, memory.last_at = per_minute, now
end

heuristic{
    id = "chatter",
    title = "Device sends far more packets than ever",
    severity = 3,
    needs = { on_device_window = { window_pkts_up = 100 } }, -- who sends less is as good as silent
    params = {
        hours = { default = 24, min = 0.1, max = 720, unit = "h",
            doc = "to be watched before it is known what is usual" },
        per_minute = { default = 1000, min = 100, max = 1e7, unit = "packets",
            doc = "fewer are nothing to speak of; a matter of the type of device" },
        times = { default = 10, min = 2, max = 1e6, doc = "so many times the busiest minute so far" },
        pause_min = { default = 5, min = 1, max = 60, unit = "min",
            doc = "a device that was silent for longer is not measured across the silence" },
    },
    on_device_window = judge,
}
