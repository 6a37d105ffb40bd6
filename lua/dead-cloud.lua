-- Dead cloud: a device keeps calling a service that does not answer any more.
--
-- When a vendor closes down, or a firewall blocks it, its devices go on calling for years (as Meross
-- plugs do: one SYN after another to a broker that is silent). That is no attack. It costs little
-- traffic, but it says that the device lives without its cloud, gets no updates, and waits for whoever
-- takes over the name or the address. So: informational, told once a day.
--
-- What is asked for: many SYNs in a row without any answer, over a while, to one remote, from a device
-- that reaches others, so that it is not the network that is down. A scan looks the same from one of its
-- connections, but goes to many hosts at a time.

-- SYNs of one attempt after another, as the feature counts them: an answer begins anew.
local function judge(flow, device, params)
    local unanswered = flow.unanswered
    local key = "since." .. flow.remote_ip
    local since = device.memory[key]
    if unanswered <= 2 or not since then
        since = time.now()
        device.memory[key] = since
    end
    local minutes = (time.now() - since) / 60
    if unanswered < params.attempts or minutes < params.minutes or
            (flow.fanout or 0) > params.hosts then
        return
    end
    finding(device, {
        score = math.min(1, 0.5 + 0.05 * unanswered / params.attempts),
        why = {
            remote = flow.name or flow.remote_ip,
            port = flow.remote_port,
            unanswered = unanswered,
            minutes = math.floor(minutes),
        },
    })
end

heuristic{
    id = "dead-cloud",
    title = "Device keeps calling a cloud that is dead",
    severity = 3,
    needs = { public = true, unanswered = 1 },
    params = {
        attempts = { default = 12, min = 3, max = 10000, unit = "packets", bounds = "unanswered",
            doc = "SYNs in a row without an answer" },
        minutes = { default = 5, min = 1, max = 1440, unit = "min", bounds = "minutes",
            doc = "for at least so long" },
        hosts = { default = 16, min = 1, max = 1000,
            doc = "a device that calls more hosts in a minute scans" },
    },

    on_name = judge, -- the first packet of each attempt, where DNS has named the remote
    on_flow_window = judge, -- an attempt that goes on
}
