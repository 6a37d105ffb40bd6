-- Leaky: a device that tells the Internet much, day by day, in the clear.
--
-- Everybody on the way reads what is not encrypted: the state of the home, identifiers, whole pictures
-- (Ren et al., Information Exposure From Consumer IoT Devices, IMC 2019, doi.org/10.1145/3355369.3355577;
-- MITRE ATT&CK T1040). Rules find single identifiers in it; this counts how much there is.
--
-- In the clear is what a protocol without encryption carries (HTTP, MQTT, CoAP, mail, IRC, telnet, RTSP) if
-- its bytes are as uneven as texts are: encrypted and compressed bytes are even, at 7 to 8 bits of entropy.
-- That is measured from 256 bytes on, so short questions (captive portals, revocation lists, the weather)
-- do not count. It is inventory: nothing is wrong with the device that was not wrong when it was built.

local clear = { http = true, mqtt = true, coap = true, smtp = true, irc = true, telnet = true, rtsp = true }

local DAY_S = 86400

local function judge(flow, device, params)
    local memory = device.memory
    if not clear[flow.service or "other"] or flow.entropy > params.entropy then
        return
    end
    local kilobytes, times, since = memory.kilobytes or 0, memory.times or 0, memory.since or -math.huge
    if time.now() - since > DAY_S then
        kilobytes, times, since = 0, 0, time.now()
    end
    kilobytes, times = kilobytes + flow.bytes_up / 1000, times + 1
    memory.kilobytes, memory.times, memory.since = kilobytes, times, since
    if times >= params.times and kilobytes >= params.kilobytes then
        finding(device, {
            score = math.min(1, 0.3 + 0.1 * math.log(1 + kilobytes / params.kilobytes)),
            why = { kilobytes = kilobytes, times = times, hours = (time.now() - since) / 3600,
                last = flow.name or flow.remote_ip, service = flow.service, entropy = flow.entropy },
        })
    end
end

heuristic{
    id = "leaky",
    title = "Device tells much in the clear",
    severity = 4,
    needs = { public = true, initiated = true, entropy = 0 },
    params = {
        kilobytes = { default = 50, min = 1, max = 1e6, unit = "kB", doc = "in the clear, in a day" },
        times = { default = 5, min = 1, max = 1e5, unit = "connections",
            doc = "in at least so many connections" },
        entropy = { default = 6.5, min = 4, max = 8, unit = "bits/byte",
            doc = "what is more even is encrypted or compressed" },
    },
    on_flow_end = judge,
}
