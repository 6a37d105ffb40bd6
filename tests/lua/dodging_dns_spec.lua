local helper = require("helper")

describe("dodging-dns", function()
    local lab, device

    before_each(function()
        lab = helper.load("lua/dodging-dns.lua")
        device = lab.device{ name = "tv" }
    end)

    local function answer(seconds, more)
        local made = { name = "track.maker.example", rcode = "noerror", address = "0.0.0.0", addresses = 1,
            blocked = true, resolver = "192.168.1.1" }
        for key, value in pairs(more or {}) do
            made[key] = value
        end
        lab.at(12, seconds).on_dns_answer(made, device)
    end

    local function dial(seconds, more)
        local flow = { initiated = true, public = true, no_dns = true, remote_ip = "203.0.113.9", age_s = 0,
            remote_port = 443, service = "tls", strangers = 1, pkts_down = 4 }
        for key, value in pairs(more or {}) do
            flow[key] = value
        end
        lab.at(12, seconds).on_flow_end(flow, device)
    end

    it("tells of an address that is dialled where a name was refused", function()
        answer(0)
        dial(5)
        assert.equal(1, #lab.findings)
        assert.same({ name = "track.maker.example", refused_by = "192.168.1.1", address = "203.0.113.9",
            port = 443, after_s = 5, times = 1 }, lab.findings[1].why)
    end)

    it("is surer when it happens again, and not when one connection goes on", function()
        answer(0)
        dial(5)
        dial(10, { age_s = 10 })
        assert.near(0.6, lab.findings[2].score, 1e-9)
        answer(3600)
        dial(5)
        assert.near(0.8, lab.findings[3].score, 1e-9)
    end)

    it("tells who asks somebody else for the name", function()
        answer(0)
        answer(3, { blocked = false, address = "203.0.113.9", resolver = "198.51.100.53" })
        assert.equal("198.51.100.53", lab.findings[1].why.answered_by)
    end)

    it("is silent about a filter that was told to let the name through", function()
        answer(0)
        answer(3, { blocked = false, address = "203.0.113.9" })
        dial(5, { no_dns = false, name = "track.maker.example" })
        assert.equal(0, #lab.findings)
    end)

    it("is silent about addresses that the device dials anyway", function()
        dial(0)
        answer(600)
        dial(5)
        dial(5, { remote_ip = "203.0.113.10", age_s = 400 })
        dial(5, { remote_ip = "203.0.113.11", strangers = 16 })
        assert.equal(0, #lab.findings)
    end)

    it("waits for an address that answers", function()
        answer(0)
        dial(5, { pkts_down = 0 })
        assert.equal(0, #lab.findings)
        dial(20)
        assert.equal(1, lab.findings[1].why.times)
    end)

    it("is silent about clocks, neighbours, callers and what comes much later", function()
        answer(0)
        for _, more in ipairs{ { service = "ntp" }, { public = false }, { initiated = false } } do
            dial(1, more)
        end
        dial(3600)
        assert.equal(0, #lab.findings)
    end)

    it("takes no refusal for none, in captures that begin at zero as well", function()
        lab.at(12, -1700000000)
        dial(5)
        assert.equal(0, #lab.findings)
    end)

    it("keeps a bounded list of addresses", function()
        for i = 1, 50 do
            dial(1, { remote_ip = ("203.0.113.%d"):format(i) })
        end
        assert.is_true(#device.memory.known <= 127)
    end)

    it("copes with what is not known", function()
        lab.at(12).on_dns_answer({ name = "a.example", rcode = "nxdomain", blocked = false }, device)
        lab.at(12).on_flow_end({ public = true, initiated = true, remote_ip = "203.0.113.9", age_s = 0 },
            device)
        answer(0)
        lab.at(12).on_flow_end({ public = true, initiated = true, remote_ip = "203.0.113.9", age_s = 0,
            no_dns = true }, device)
        assert.equal(0, #lab.findings)
        lab.at(12).on_flow_end({ public = true, initiated = true, remote_ip = "203.0.113.9", age_s = 0,
            no_dns = true, pkts_down = 1 }, device)
        assert.equal(1, #lab.findings)
    end)
end)
