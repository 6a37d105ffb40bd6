local helper = require("helper")

describe("leaky", function()
    local lab, device

    before_each(function()
        lab = helper.load("lua/leaky.lua")
        device = lab.device{ name = "camera" }
    end)

    local function tell(times, more)
        local flow = { initiated = true, public = true, service = "http", entropy = 5.1, bytes_up = 15000,
            name = "log.maker.example", remote_ip = "203.0.113.1" }
        for key, value in pairs(more or {}) do
            flow[key] = value
        end
        for _ = 1, times do
            lab.at(12, 60).on_flow_end(flow, device)
        end
    end

    it("tells of some reports in the clear", function()
        tell(4)
        assert.equal(0, #lab.findings)
        tell(1)
        assert.equal(1, #lab.findings)
        assert.equal(75, lab.findings[1].why.kilobytes)
        assert.equal("log.maker.example", lab.findings[1].why.last)
    end)

    it("is silent about what is encrypted, compressed, short or at home", function()
        tell(90, { service = "tls" })
        tell(90, { entropy = 7.9 })
        tell(90, { public = false })
        tell(90, { bytes_up = 300 })
        assert.equal(0, #lab.findings)
    end)

    it("is silent about one upload", function()
        tell(1, { bytes_up = 1e7 })
        assert.equal(0, #lab.findings)
    end)

    it("forgets after a day", function()
        for _ = 1, 9 do
            lab.at(12, 80000)
            tell(1)
        end
        assert.equal(0, #lab.findings)
    end)

    it("copes with what is not known", function()
        lab.at(12).on_flow_end({ initiated = true, public = true, bytes_up = 1e7 }, device)
        lab.at(12).on_flow_end({ initiated = true, public = true, service = "http", bytes_up = 1e7 }, device)
        assert.equal(0, #lab.findings)
    end)
end)
