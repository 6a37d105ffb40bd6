-- Runs a heuristic on made-up features, without Tattler: for busted, see doc/lua.md.
--
--   local lab = require("helper").load("lua/exfil.lua")          a file with one heuristic
--   local lab = require("helper").load("lua/two.lua", "second")  one of several
--   lab.params.night_mb = 1                                      instead of the default
--   local device = lab.device{ name = "lamp" }                   with a memory of its own
--   lab.at(3).on_flow_window({ bytes_up = 6e6 }, device)         at three in the morning
--   lab.weekday = 6                                              Saturday, instead of Monday
--   lab.now()                                                    what time.now() says
--   lab.findings[1].score, .why, .about                          what was found since
--   lab.lines[1]                                                 what was logged
--
-- Features are given as heuristics read them, nested at the dot: { heartbeat = { state = "steady" } }. Names
-- that Tattler does not know are errors here as well: the names come from doc/features.md.

local helper = {}

local extra = {
    flow = { "remote_ip", "remote_port", "protocol", "initiated", "public" },
    device = { "first_seen", "ip", "window_s", "window_pkts_up", "memory", "name", "mac", "vendor", "type" },
    answer = { "name", "rcode", "address", "addresses", "blocked", "resolver" },
    change = { "kind", "remote", "score", "period_before_s", "period_after_s", "bytes_before",
        "bytes_after" },
}

-- The root of the source tree: where this file is, two folders up.
local root = debug.getinfo(1, "S").source:match("^@(.*)tests/lua/helper%.lua$") or "./"

-- Names of features: { ["heartbeat.state"] = true }, all of them or those of devices.
local function read_features(scope)
    local found = {}
    for line in io.lines(root .. "doc/features.md") do
        local name, of = line:match("^| %[`iot%.([%w_.]+)`%]%b() |.*| (%a+) |$")
        if name and (not scope or of == scope) then
            found[name:gsub("^device%.", scope == "device" and "" or "device.")] = true
        end
    end
    return found
end

local known = { flow = read_features(), device = read_features("device"), answer = {}, change = {} }
for object, names in pairs(extra) do
    for _, name in ipairs(names) do
        known[object][name] = true
    end
end

local function is_section(fields, path)
    for name in pairs(fields) do
        if name:sub(1, #path + 1) == path .. "." then
            return true
        end
    end
    return false
end

-- A table that has what 'values' has, knows what it could have, and refuses the rest.
local function object(kind, values, prefix)
    local fields = known[kind]
    local function path_of(key)
        return prefix and prefix .. "." .. key or key
    end
    for key, value in pairs(values) do
        if not (fields[path_of(key)] or is_section(fields, path_of(key))) then
            error(("unknown field of %s '%s'"):format(kind, path_of(key)), 3)
        end
        if type(value) == "table" and key ~= "memory" and key ~= "finding" then
            object(kind, value, path_of(key))
        end
    end
    return setmetatable(values, {
        __index = function(_, key)
            if fields[path_of(key)] then
                return nil
            elseif is_section(fields, path_of(key)) then
                return object(kind, {}, path_of(key))
            end
            error(("unknown field of %s '%s'"):format(kind, path_of(key)), 2)
        end,
    })
end

local objects_of = {
    on_flow_window = "flow", on_flow_end = "flow", on_name = "flow",
    on_dns_answer = "answer", on_heartbeat_change = "change",
}

local function choose(declared, id, path)
    for _, heuristic in ipairs(declared) do
        if not id or heuristic.id == id then
            return heuristic
        end
    end
    error(("%s declares no heuristic%s"):format(path, id and " '" .. id .. "'" or ""), 3)
end

local function is_met(values, path, wanted)
    local value = values
    for part in path:gmatch("[^.]+") do
        value = type(value) == "table" and value[part]
    end
    if wanted == true and value ~= false then
        return value ~= nil
    elseif type(wanted) == "number" then
        return type(value) == "number" and value >= wanted
    end
    return value == wanted
end

-- Whether an object of these values has all fields that the needs name, and those of one choice.
local function meets(values, needs)
    local choices, chosen = 0, false
    for key, wanted in pairs(needs or {}) do
        if type(key) == "number" then
            choices, chosen = choices + 1, chosen or meets(values, wanted)
        elseif type(wanted) ~= "table" and not is_met(values, key, wanted) then
            return false
        end
    end
    return choices == 0 or chosen
end

function helper.load(path, id)
    local lab = { findings = {}, lines = {}, params = {}, weekday = 1 }
    local declared, now, hour = {}, 1700000000, 12

    local env = setmetatable({
        heuristic = function(table) declared[#declared + 1] = table end,
        finding = function(about, found)
            assert(type(found.score) == "number" and found.score >= 0 and found.score <= 1,
                "a finding's score is a number from 0 to 1")
            assert(type(found.why) == "table", "a finding needs its reasons")
            for name in pairs(found.why) do
                assert(name:match("^%l[%l%d_]*$") and #name <= 23, "no name for a reason: " .. name)
            end
            lab.findings[#lab.findings + 1] = { score = found.score, why = found.why, about = about }
        end,
        log = function(text) lab.lines[#lab.lines + 1] = text end,
        time = {
            now = function() return now end,
            hour = function() return hour end,
            weekday = function() return lab.weekday end,
            is_night = function() return hour < 6 end,
        },
    }, { __index = _G })

    local chunk = assert(loadfile(root .. path))
    setfenv(chunk, env)()
    local chosen = choose(declared, id, path)
    for name, param in pairs(chosen.params or {}) do
        lab.params[name] = param.default
    end

    function lab.device(values)
        values = values or {}
        values.memory = values.memory or {}
        return object("device", values)
    end

    function lab.now()
        return now
    end

    -- Handlers at this local hour; 'seconds' later than before, if given.
    function lab.at(new_hour, seconds)
        hour = new_hour
        now = now + (seconds or 0)
        return setmetatable({}, { __index = function(_, name)
            local handler = assert(chosen[name], "no handler " .. name)
            local kind = objects_of[name]
            return function(first, device)
                first = kind and object(kind, first) or first or lab.device() -- which refuses unknown names
                if kind == "flow" then
                    first.finding = first.finding or {}
                end
                local needs = chosen.needs or {}
                if kind == "flow" and not meets(first, needs) or not meets(first, needs[name]) then
                    return
                elseif kind then
                    return handler(first, device or lab.device(), lab.params)
                end
                return handler(first, lab.params)
            end
        end })
    end

    return lab
end

return helper
