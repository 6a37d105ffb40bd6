-- LAN explorer: a device that tries its neighbours' doors, one after the other.
--
-- Who has taken over one device looks for the next (MITRE ATT&CK T1046, T1021). The rules for scans count
-- hosts in a minute, so a patient explorer stays below. Here a day counts: neighbours that refused or did
-- not answer, and services for administration. Devices at home meet by announcements and then know
-- which port is open; only who guesses is refused, again and again, by one neighbour after another.
--
-- Counted is TCP only, since answers to discovery (SSDP, mDNS) go to many neighbours by UDP and need none.
--
-- Harmless: a phone with a network scanner, a NAS or a router that looks after its clients, a desktop
-- that keeps house by SSH. A hub that controls thirty lamps is not counted, because they let it in.

local administration = {}
for port in ("21 22 23 135 139 445 2222 2323 3389 5555 5900 5985 8291 9527"):gmatch("%d+") do
    administration[tonumber(port)] = true
end

-- A few digits that stand for a text, so that many fit into what can be remembered.
local function digits_of(text)
    local sum = 0
    for i = 1, #text do
        sum = (31 * sum + text:byte(i)) % 9973
    end
    return sum .. ","
end

-- 1 if 'text' is new to the set, a text of up to 127 bytes, else 0; a full one knows everything.
local function add(memory, set, text)
    local digits, known = digits_of(text), memory[set] or ","
    if #known + #digits > 127 or known:find("," .. digits, 1, true) then
        return 0
    end
    memory[set] = known .. digits
    return 1
end

local function start_day(memory, hours)
    if time.now() - (memory.since or -math.huge) > 3600 * hours then
        memory.since, memory.doors, memory.hosts = time.now(), nil, nil
        memory.refused, memory.guessed, memory.neighbours = nil, nil, nil
    end
end

local function judge(flow, device, params)
    local memory = device.memory
    local refused = (flow.refused or 0) > 0 or (flow.unanswered or 0) > 0
    local guessed = administration[flow.remote_port]
    if not refused and not guessed then
        return
    end
    start_day(memory, params.hours)
    if add(memory, "doors", flow.remote_ip .. ":" .. flow.remote_port) == 0 then
        return
    end
    local refusals = (memory.refused or 0) + (refused and 1 or 0)
    local guesses = (memory.guessed or 0) + (guessed and 1 or 0)
    local neighbours = (memory.neighbours or 0) + add(memory, "hosts", flow.remote_ip)
    local doors = refusals + guesses
    memory.refused, memory.guessed, memory.neighbours = refusals, guesses, neighbours
    if neighbours >= params.neighbours and refusals >= 1 and doors >= params.doors then
        finding(device, {
            score = math.min(1, 0.5 + 0.05 * (doors - params.doors)),
            why = { neighbours = neighbours, refused = refusals, administration = guesses,
                last = flow.remote_ip, port = flow.remote_port },
        })
    end
end

heuristic{
    id = "lan-explorer",
    title = "Device tries its neighbours' doors",
    severity = 3,
    needs = { public = false, initiated = true, protocol = "tcp" },
    params = {
        hours = { default = 24, min = 0.1, max = 720, unit = "h",
            doc = "what is tried in that time counts together" },
        neighbours = { default = 3, min = 1, max = 24, doc = "neighbours that were tried at least" },
        doors = { default = 6, min = 2, max = 40,
            doc = "ports that refused, and ports for administration; who is both counts twice" },
    },
    on_flow_end = judge,
}
