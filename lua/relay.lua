-- Relay: a device that passes on what somebody outside sends, by several signs.
--
-- Residential proxies rent out the addresses of households (Mi et al., Resident Evil, IEEE S&P 2019,
-- doi.org/10.1109/SP.2019.00011; MITRE ATT&CK T1090). One remote, the controller, sends orders; what comes
-- in from it leaves to others within milliseconds, and their answers go back. 'relay.score' measures just
-- that, and from 0.5 on a rule of its own alerts. An agent that adds junk, holds bytes back or carries little
-- stays below. Here a weaker score counts too, if what surrounds it fits a proxy:
--
--   0.60  times the score
--   0.20  the targets are 'targets' connections or more: strangers go everywhere
--   0.20  the device dialled the controller, and never resolved its name, or it has none
--   0.20  the controller is in a network of ill repute
--   0.10  the session is long-lived, or beats: agents wait for orders
--
-- Alike, but harmless: a hub that passes its camera's pictures to a cloud, or a phone that surfs through
-- the desktop (who is served is at home, which is left out), a VPN (one remote, no targets), its server at
-- home, which the owner calls from wherever they are (nobody resolves the names of callers), and a page
-- beside a call, whose bytes agree by chance only (a low score).

local function judge(flow, _, params)
    if flow.relay.score < params.least then
        return
    end
    local targets = flow.relay.flows or 0
    local score = 0.6 * flow.relay.score
    local why = {
        controller = flow.name or flow.remote_ip,
        relay_score = flow.relay.score,
        lag_ms = flow.relay.lag_ms,
        targets = targets,
    }
    local function weigh(points, reason, value)
        score = score + points
        why[reason] = value
    end

    if targets >= params.targets then
        weigh(0.2, "many_targets", true)
    end
    if flow.no_dns then
        weigh(0.2, "never_resolved", true)
    elseif flow.initiated and not flow.name then
        weigh(0.2, "nameless", true)
    end
    if (flow.asn_risk or 0) >= 70 then
        weigh(0.2, "asn_risk", flow.asn_risk)
    end
    if flow.age_s >= 60 * params.session_min or flow.heartbeat.state == "steady" then
        weigh(0.1, "session_min", math.floor(flow.age_s / 60))
    end
    if score >= params.enough then
        finding(flow, { score = math.min(score, 1), why = why })
    end
end

heuristic{
    id = "relay",
    title = "Device relays for somebody outside",
    severity = 2,
    needs = { public = true, ["relay.role"] = "controller" },
    params = {
        least = { default = 0.3, min = 0.05, max = 1,
            doc = "a relay.score below this is chance, whatever else there is" },
        targets = { default = 3, min = 1, max = 1e6, unit = "connections",
            doc = "targets that are many" },
        session_min = { default = 10, min = 1, max = 1440, unit = "min",
            doc = "a session with the controller that lasts so long is long-lived" },
        enough = { default = 0.6, min = 0, max = 1, doc = "the points that make a finding" },
    },
    on_flow_window = judge,
    on_flow_end = judge,
}
