local helper = require("helper")

describe("chatter", function()
    local lab, device

    before_each(function()
        lab = helper.load("lua/chatter.lua")
        device = lab.device{ name = "plug", type = "plug" }
        lab.params.hours = 1
    end)

    -- Minutes in each of which that many packets are sent, by connections of a second.
    local function live(minutes, packets)
        for _ = 1, minutes do
            lab.at(12).on_flow_end({ age_s = 1, pkts_up = packets }, device)
            lab.at(12, 60).on_device_window(device)
        end
    end

    it("tells once of a plug that floods", function()
        live(90, 20)
        assert.equal(0, #lab.findings)
        live(5, 60000)
        assert.equal(1, #lab.findings)
        assert.equal(60000, lab.findings[1].why.per_minute)
        assert.near(20, lab.findings[1].why.usual, 0.1)
    end)

    it("counts connections that last by their windows", function()
        live(90, 20)
        for i = 1, 6 do
            lab.at(12, 10).on_flow_window({ age_s = 10 * i, pkts_up = 10000 * i }, device)
        end
        lab.at(12).on_flow_end({ age_s = 61, pkts_up = 60000 }, device)
        lab.at(12).on_device_window(device)
        assert.near(60000, lab.findings[1].why.per_minute, 100)
    end)

    it("waits until it is known what is usual", function()
        live(20, 20)
        live(5, 60000)
        assert.equal(0, #lab.findings)
    end)

    it("is silent about a TV that streams as it did, and about a little more", function()
        live(10, 40000)
        live(90, 20)
        live(10, 60000)
        device = lab.device()
        live(90, 20)
        live(10, 900)
        assert.equal(0, #lab.findings)
    end)

    it("does not measure across a silence", function()
        live(90, 20)
        lab.at(12).on_flow_end({ age_s = 1, pkts_up = 60000 }, device)
        lab.at(12, 7200).on_device_window(device)
        assert.equal(0, #lab.findings)
    end)

    it("copes with what is not known", function()
        lab.at(12).on_device_window(device)
        lab.at(12).on_device_window(device)
        assert.equal(0, #lab.findings)
    end)
end)
