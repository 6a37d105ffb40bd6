local helper = require("helper")

describe("chatter", function()
    local lab, device

    before_each(function()
        lab = helper.load("lua/chatter.lua")
        device = lab.device{ name = "plug", type = "plug", first_seen = 1700000000 }
        lab.params.hours = 1
    end)

    -- Minutes in each of which that many packets are sent.
    local function live(minutes, packets, seconds)
        for _ = 1, minutes do
            device.window_s, device.window_pkts_up = seconds or 60, packets
            lab.at(12, device.window_s).on_device_window(device)
        end
    end

    it("tells once of a plug that floods", function()
        live(90, 120)
        assert.equal(0, #lab.findings)
        live(5, 60000)
        assert.equal(1, #lab.findings)
        assert.equal(60000, lab.findings[1].why.per_minute)
        assert.near(120, lab.findings[1].why.usual, 1)
    end)

    it("tells of one that never sent enough to be looked at", function()
        live(90, 20)
        live(1, 60000)
        assert.equal(0, lab.findings[1].why.usual)
    end)

    it("tells of a flood that begins at the end of a minute", function()
        live(90, 20)
        live(1, 900)
        live(1, 5000)
        assert.equal(1, #lab.findings)
    end)

    it("knows a minute a day", function()
        live(1, 5000)
        live(90, 20)
        live(1, 5000)
        assert.equal(0, #lab.findings)
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
        device = lab.device{ first_seen = 1700000000 }
        live(90, 20)
        live(10, 900)
        assert.equal(0, #lab.findings)
    end)

    it("does not measure across a silence", function()
        live(90, 20)
        live(1, 60000, 7200)
        assert.equal(0, #lab.findings)
    end)
end)
