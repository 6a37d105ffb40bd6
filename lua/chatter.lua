-- Chatter: a device sends far more packets a minute than it ever did.
--
-- A plug sends a few packets a minute, a bot that floods sends thousands a second (MITRE ATT&CK T1498), and
-- neither bytes nor names need to show it: SYNs carry nothing. So packets are counted over all of a
-- device's connections and compared with its own busiest minute so far, which is slowly forgotten, and with
-- what its type may do: set 'per_minute' for a type in the configuration (types: plug: chatter: …).
--
-- Harmless: a TV that streams for the first time after a day of rest, an update, a call. One such minute
-- becomes usual and is told once. A connection that lasts counts by its average: one that idled for
-- long before it floods hides in that.

local WINDOW_S, DAY_S = 10, 86400
local FADES = 0.9 -- a day

local function count(packets, memory)
    memory.packets = (memory.packets or 0) + packets
end

local function judge(device, params)
    local memory, now = device.memory, time.now()
    local minutes = (now - (memory.at or now)) / 60
    local per_minute = minutes > 0 and (memory.packets or 0) / minutes or 0
    local since = memory.since or now
    memory.at, memory.packets, memory.since = now, 0, since
    if minutes < 0.5 or minutes > params.pause_min then -- as good as silent in between
        return
    end
    local usual = (memory.usual or 0) * FADES ^ ((now - (memory.usual_at or now)) / DAY_S)
    if now - since >= 3600 * params.hours and per_minute >= params.per_minute
            and per_minute >= params.times * usual then
        finding(device, {
            score = math.min(1, 0.4 + 0.1 * math.log(per_minute / params.per_minute)),
            why = { per_minute = math.floor(per_minute), usual = usual, type = device.type },
        })
    end
    if per_minute >= usual then
        memory.usual, memory.usual_at = per_minute, now
    end
end

heuristic{
    id = "chatter",
    title = "Device sends far more packets than ever",
    severity = 3,
    params = {
        hours = { default = 24, min = 0.1, max = 720, unit = "h",
            doc = "to be watched before it is known what is usual" },
        per_minute = { default = 1000, min = 10, max = 1e7, unit = "packets",
            doc = "fewer are nothing to speak of; a matter of the type of device" },
        times = { default = 10, min = 2, max = 1e6, doc = "so many times the busiest minute so far" },
        pause_min = { default = 5, min = 1, max = 60, unit = "min",
            doc = "a device that was silent for longer is not measured across the silence" },
    },
    on_flow_window = function(flow, device, params)
        local packets = WINDOW_S * flow.pkts_up / math.max(flow.age_s, WINDOW_S)
        if packets * 60 / WINDOW_S >= params.per_minute / 100 then -- less does not matter
            count(packets, device.memory)
        end
    end,
    on_flow_end = function(flow, device)
        if flow.age_s < WINDOW_S then -- those that lasted longer were counted by their windows
            count(flow.pkts_up, device.memory)
        end
    end,
    on_device_window = judge,
}
