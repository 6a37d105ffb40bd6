local helper = require("helper")

-- A device may keep nothing, or lose any value at any time: no heuristic of the pack may fail for that.
describe("a device that forgets", function()
    local handlers = { "on_name", "on_flow_window", "on_flow_end", "on_dns_answer", "on_device_window",
        "on_device_hour" }
    local ids = { "chatter", "compromised", "dead-cloud", "dodging-dns", "exfil", "kill-switch",
        "lan-explorer", "leaky", "quiet-device-speaks", "relay", "wandering", "young-name" }

    local function flows()
        local made = {}
        for i, more in ipairs{ {}, { service = "http" }, { public = false }, { no_dns = true },
                { relay = { role = "controller", score = 0.9, lag_ms = 1, flows = 9 } } } do
            local flow = { initiated = true, public = true, protocol = "tcp", remote_ip = "203.0.113." .. i,
                remote_port = 23, age_s = 2, bytes_up = 1e4, bytes_down = 1e3, pkts_up = 1e5, entropy = 4,
                asn = 64500 + i, country = "DE", domain = "new.example", name = "a.new.example",
                new_domain = true, new_asn = true, new_port = true, refused = 20, unanswered = 20, fanout = 1,
                asn_risk = 90 }
            for key, value in pairs(more) do
                flow[key] = value
            end
            made[i] = flow
        end
        return made
    end

    local first_of = {
        on_dns_answer = function(turn)
            return { { name = "a.example", rcode = "refused", blocked = turn % 3 > 0, address = "203.0.113.1",
                addresses = 1, resolver = turn % 2 > 0 and "192.168.1.1" or "198.51.100.1" } }
        end,
        on_device_window = function() return {} end,
        on_device_hour = function() return {} end,
    }

    -- Keeps what it is told with the chance of one in 'keeps'; 'dice' is the same in each run.
    local function memory(keeps)
        local kept, dice = {}, 1
        return setmetatable({}, {
            __index = function(_, key) return kept[key] end,
            __newindex = function(_, key, value)
                dice = (dice * 75) % 65537
                kept[key] = dice % keeps == 0 and value or nil
            end,
        })
    end

    for _, id in ipairs(ids) do
        it(("does not trouble %s"):format(id), function()
            for _, keeps in ipairs{ 1, 2, 3, 1e9 } do
                local lab = helper.load(("lua/%s.lua"):format(id))
                local device = lab.device{ memory = memory(keeps), upload_24h = 1e7, first_seen = 1.6e9,
                    fanout = 90, window_pkts_up = 1e6 }
                for turn = 1, 60 do
                    for _, name in ipairs(handlers) do
                        local ok, handler = pcall(function() return lab.at(turn % 24, 61 * turn)[name] end)
                        for _, first in ipairs(ok and (first_of[name] or flows)(turn) or {}) do
                            handler(first, device)
                        end
                        if ok and name == "on_device_window" then
                            device.window_s = 61 * turn
                            handler(device)
                        elseif ok and name == "on_device_hour" then
                            handler(device)
                        end
                    end
                end
            end
        end)
    end
end)
