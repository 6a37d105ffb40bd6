local helper = require("helper")

describe("wandering", function()
    local lab, device

    before_each(function()
        lab = helper.load("lua/wandering.lua")
        device = lab.device{ name = "frame", first_seen = lab.now() }
    end)

    local function call(network, seconds, more)
        local flow = { initiated = true, public = true, service = "tls", asn = 64500 + network,
            country = "DE", bytes_up = 1000, bytes_down = 4000, remote_ip = "203.0.113.1" }
        for key, value in pairs(more or {}) do
            flow[key] = value
        end
        lab.at(4, seconds).on_flow_end(flow, device)
    end

    -- Hours in each of which that many networks are called.
    local function live(hours, networks, more)
        for _ = 1, hours do
            for network = 1, networks do
                call(network, 3600 / networks, more)
            end
        end
    end

    it("tells of a frame that calls many networks for the first time", function()
        live(60, 2)
        assert.equal(0, #lab.findings)
        for network = 1, 9 do
            call(network, 10)
        end
        assert.equal(8, lab.findings[1].why.networks)
        assert.equal(2, lab.findings[1].why.usual_networks)
    end)

    it("tells of a frame that hops where one period ends", function()
        live(60, 2)
        for network = 1, 9 do
            call(network, 3600)
        end
        assert.equal(8, lab.findings[1].why.networks)
    end)

    it("is silent about a phone that was there once, and comes back days later", function()
        live(1, 12)
        lab.at(4, 3 * 86400)
        live(1, 14)
        assert.equal(0, #lab.findings)
    end)

    it("tells of many countries", function()
        live(60, 2)
        for _, country in ipairs{ "DE", "US", "BR", "VN", "ZA" } do
            call(1, 10, { country = country })
        end
        assert.equal(5, lab.findings[1].why.countries)
    end)

    it("is silent about phones, which always wander", function()
        live(90, 12)
        assert.equal(0, #lab.findings)
    end)

    it("is silent about a TV that is used, clocks, swarms and neighbours", function()
        live(60, 2)
        for _, more in ipairs{ { bytes_down = 9e6 }, { service = "ntp" }, { strangers = 16 },
            { public = false } } do
            live(1, 15, more)
        end
        assert.equal(0, #lab.findings)
    end)

    it("remembers no more than it may", function()
        live(60, 100)
        assert.is_true(#device.memory.networks <= 127)
    end)

    it("copes with what is not known", function()
        lab.at(4).on_flow_end({ initiated = true, public = true, bytes_up = 0, bytes_down = 0 }, device)
        live(60, 2)
        for network = 1, 9 do
            lab.at(4, 1).on_flow_end({ initiated = true, public = true, bytes_up = 0, bytes_down = 0,
                asn = network, remote_ip = "203.0.113.1" }, device)
        end
        assert.is_true(#lab.findings > 0)
    end)
end)
