local helper = require("helper")

describe("relay", function()
    local lab, device

    before_each(function()
        lab = helper.load("lua/relay.lua")
        device = lab.device{ name = "stick" }
    end)

    local function flow(relay, more)
        local made = { public = true, remote_ip = "203.0.113.1", age_s = 30, initiated = true, asn = 64496,
            relay = relay }
        for key, value in pairs(more or {}) do
            made[key] = value
        end
        return made
    end

    local function meet_controller(score, more, targets)
        lab.at(12).on_flow_window(flow({ role = "controller", score = score, lag_ms = 40,
            flows = targets or 6 }, more), device)
    end

    it("tells of a faint relay for a nameless controller with some targets", function()
        meet_controller(0.4, { no_dns = true })
        assert.equal(1, #lab.findings)
        assert.near(0.64, lab.findings[1].score, 1e-9)
        assert.equal(6, lab.findings[1].why.targets)
        assert.equal(40, lab.findings[1].why.lag_ms)
        assert.is_true(lab.findings[1].why.never_resolved)
    end)

    it("tells of a sure relay by a long session, whatever the controller's name", function()
        meet_controller(0.9, { name = "edge.cloud.example", no_dns = false, age_s = 900 })
        assert.equal("edge.cloud.example", lab.findings[1].why.controller)
    end)

    it("is silent about a cloud whose orders make a hub call another one", function()
        meet_controller(0.5, { name = "hub.maker.example", no_dns = false, age_s = 9000 }, 1)
        assert.equal(0, #lab.findings)
    end)

    it("takes a score of chance for nothing, whatever else there is", function()
        meet_controller(0.2, { no_dns = true, asn_risk = 100, age_s = 9000 })
        assert.equal(0, #lab.findings)
    end)

    it("does not hold it against who calls in that nobody knows its name", function()
        meet_controller(0.4)
        assert.is_true(lab.findings[1].why.nameless)
        meet_controller(0.4, { initiated = false, age_s = 900 })
        assert.equal(1, #lab.findings)
    end)

    it("leaves whoever uses the device from within the home alone", function()
        meet_controller(0.9, { public = false, age_s = 9000 })
        assert.equal(0, #lab.findings)
    end)

    it("copes with what is not known", function()
        lab.at(12).on_flow_window({ public = true, remote_ip = "203.0.113.1", age_s = 5 }, device)
        lab.at(12).on_flow_end({ public = true, remote_ip = "203.0.113.1", age_s = 5,
            initiated = true }, device)
        assert.equal(0, #lab.findings)
    end)
end)
