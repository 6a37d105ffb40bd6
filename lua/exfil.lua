-- Exfil: an upload that this device has no good reason for.
--
-- A heartbeat that grows into an upload, or megabytes that leave in the middle of the night for somewhere
-- new, are what data theft looks like from outside: MITRE ATT&CK T1041 (exfiltration over the C2
-- channel) and T1029 (scheduled transfer). None of it alone is proof. Cameras stream, phones back up,
-- and both have reasons that can be seen: they go to names that the device looked up and has talked to
-- before, by day as by night, as much as ever. So each oddity of a large upload is worth points, and
-- only several of them together are a finding:
--
--   0.20  twice what is usual for this device (upload_burst); 0.35 from 'burst' times on
--   0.25  a steady heartbeat, on this connection or with this remote: a heartbeat turned heist
--   0.20  at night
--   0.25  to an address that the device never resolved, or that has no name at all
--   0.20  to a domain or network that is new to the device
--   0.25  into a network of ill repute

local MB = 1e6

local function judge(flow, _, params)
    local night = time.is_night()
    local upload_mb = flow.bytes_up / MB

    if upload_mb < (night and params.night_mb or params.day_mb) then
        return
    end
    if flow.bytes_up < 4 * flow.bytes_down then -- a call or a download, no upload
        return
    end
    local why = { upload_mb = upload_mb, night = night, remote = flow.name or flow.remote_ip }
    local score = night and 0.2 or 0
    local function weigh(points, reason, value)
        score = score + points
        why[reason] = value
    end

    local burst = flow.upload_burst or 0
    if burst >= 2 then
        weigh(burst >= params.burst and 0.35 or 0.2, "times_usual", burst)
    end
    local beat = flow.heartbeat.state
    if beat == "steady" or beat == "changed" then
        weigh(0.25, "heartbeat", beat)
    end
    if flow.no_dns then
        weigh(0.25, "never_resolved", true)
    elseif not flow.name then
        weigh(0.25, "nameless", true)
    end
    if flow.new_domain or flow.new_asn then
        weigh(0.2, "new_remote", true)
    end
    if (flow.asn_risk or 0) >= 70 then
        weigh(0.25, "asn_risk", flow.asn_risk)
    end
    if score >= params.enough then
        finding(flow, { score = math.min(score, 1), why = why })
    end
end

heuristic{
    id = "exfil",
    title = "Upload without a good reason",
    severity = 2,
    needs = { public = true, bytes_up = 0.1 * MB },
    params = {
        day_mb = { default = 10, min = 0.1, max = 1e6, unit = "MB", bounds = "upload_mb",
            doc = "smaller uploads by day are of no interest" },
        night_mb = { default = 1, min = 0.1, max = 1e6, unit = "MB", bounds = "upload_mb",
            doc = "smaller uploads at night are of no interest" },
        burst = { default = 4, min = 2, max = 1e6,
            doc = "so many times the device's usual upload is far above it" },
        enough = { default = 0.6, min = 0, max = 1, bounds = "score",
            doc = "the points that make a finding" },
    },
    on_flow_window = judge,
    on_flow_end = judge, -- most uploads are over before their first window is
}
