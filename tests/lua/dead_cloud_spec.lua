local helper = require("helper")

describe("dead-cloud", function()
    local lab, device

    before_each(function()
        lab = helper.load("lua/dead-cloud.lua")
        device = lab.device{ name = "plug" }
    end)

    local function attempt(unanswered, seconds, more)
        local flow = { public = true, remote_ip = "192.0.2.11", remote_port = 8883,
            name = "api.maker.example", unanswered = unanswered, fanout = 1 }
        for key, value in pairs(more or {}) do
            flow[key] = value
        end
        lab.at(12, seconds).on_name(flow, device)
    end

    it("tells of a dozen attempts over minutes that nobody answers", function()
        for i = 1, 12 do
            assert.equal(0, #lab.findings)
            attempt(i, 60)
        end
        assert.equal(1, #lab.findings)
        assert.equal("api.maker.example", lab.findings[1].why.remote)
        assert.equal(12, lab.findings[1].why.unanswered)
    end)

    it("waits out a burst of attempts", function()
        for i = 1, 30 do
            attempt(i, 1)
        end
        assert.equal(0, #lab.findings)
    end)

    it("begins anew when the remote has answered", function()
        for _ = 1, 3 do
            for i = 1, 10 do
                attempt(i, 60)
            end
        end
        assert.equal(0, #lab.findings)
    end)

    it("leaves scans and neighbours to others", function()
        for i = 1, 30 do
            attempt(i, 60, { fanout = 100 })
            attempt(i, 60, { public = false })
        end
        assert.equal(0, #lab.findings)
    end)

    it("copes with what is not known", function()
        lab.at(12).on_flow_window({ public = true, remote_ip = "192.0.2.11" }, device)
        assert.equal(0, #lab.findings)
    end)
end)
