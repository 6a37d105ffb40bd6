-- NAME: what it finds, in one sentence.
--
-- Why that is worth telling, with sources. What looks alike but is harmless, and how the two are told
-- apart. What each parameter trades. See lua.md; remove the handlers that you do not need.

heuristic{
    id = "template", -- as in iot.finding:template
    title = "What it finds, for people",
    severity = 3, -- 1 act now, 2 look today, 3 context, 4 inventory
    params = {
        upload_mb = { default = 5, min = 0.1, max = 1e6, unit = "MB",
            doc = "smaller uploads are of no interest" },
    },

    on_name = function(flow, device)
        device.memory.last_name = flow.name
    end,

    on_flow_window = function(flow, device, params)
        local upload_mb = flow.bytes_up / 1e6
        if flow.public and upload_mb >= params.upload_mb then
            finding(flow, { score = 0.6, why = { upload_mb = upload_mb, device = device.name } })
        end
    end,

    on_flow_end = function(flow, device)
        device.memory.ended = (device.memory.ended or 0) + 1
        device.memory.longest_s = math.max(device.memory.longest_s or 0, flow.age_s)
    end,

    on_device_window = function(device)
        if (device.fanout_lan or 0) > 100 and time.is_night() then
            finding(device, { score = 0.8, why = { neighbours = device.fanout_lan } })
        end
    end,

    on_device_hour = function(device)
        device.memory.most_mb = math.max(device.memory.most_mb or 0, (device.upload_24h or 0) / 1e6)
    end,

    on_dns_answer = function(answer, device)
        if answer.blocked then
            device.memory.blocked = answer.name
        end
    end,

    on_heartbeat_change = function(change, device)
        if change.kind == "stopped" and device.memory.blocked then
            finding(device, { score = 0.5, why = { remote = change.remote,
                blocked = device.memory.blocked } })
        end
    end,
}
