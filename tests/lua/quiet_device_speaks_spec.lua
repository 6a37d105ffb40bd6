local helper = require("helper")

describe("quiet-device-speaks", function()
    local lab, device

    before_each(function()
        lab = helper.load("lua/quiet-device-speaks.lua")
        device = lab.device{ name = "thermostat", first_seen = lab.now() }
    end)

    -- For that many hours, the day's upload is so large.
    local function live(hours, megabytes, local_hour)
        for _ = 1, hours do
            device.upload_24h = megabytes * 1e6
            lab.at(local_hour or 12, 3600).on_device_hour(device)
        end
    end

    it("tells once of a thermostat that sends as much as in years", function()
        live(72, 0.2)
        assert.equal(0, #lab.findings)
        live(10, 8, 3)
        assert.equal(1, #lab.findings)
        assert.equal(8, lab.findings[1].why.sent_mb)
        assert.is_true(lab.findings[1].why.night)
        assert.is_true(lab.findings[1].score > 0.6)
    end)

    it("tells of an upload after which nothing comes", function()
        live(72, 0.2)
        device.upload_24h = 8e6
        lab.at(12, 10).on_flow_end({ public = true, bytes_up = 8e6 }, device)
        assert.equal(1, #lab.findings)
    end)

    it("is not sure of a report to the vendor, though a little goes to an address each day", function()
        for _ = 1, 40 do
            live(6, 0.4)
            lab.at(12, 1).on_flow_end({ public = true, bytes_up = 1e5, no_dns = true }, device)
        end
        device.upload_24h = 8e6
        lab.at(12, 10).on_flow_end({ public = true, bytes_up = 8e6, no_dns = false }, device)
        assert.equal(1, #lab.findings)
        assert.is_true(lab.findings[1].score < 0.75)
    end)

    it("tells of what is stolen piece by piece, and is sure where nobody is called by a name", function()
        local function pieces(nameless)
            live(72, 0.2)
            for i = 1, 30 do
                device.upload_24h = (0.2 + 0.3 * i) * 1e6
                lab.at(3, 600).on_flow_end({ public = true, bytes_up = 3e5, no_dns = nameless }, device)
            end
        end
        pieces(false)
        assert.equal(1, #lab.findings)
        assert.is_true(lab.findings[1].score < 0.75)
        device = lab.device{ name = "valve", first_seen = lab.now() }
        pieces(true)
        assert.equal(2, #lab.findings)
        assert.is_true(lab.findings[2].score >= 0.75)
    end)

    it("tells of a week's end that nobody saw", function()
        live(72, 0.2)
        device.upload_24h = 8e6
        lab.at(3, 60 * 3600).on_device_hour(device)
        assert.equal(1, #lab.findings)
    end)

    it("waits until it is known what is usual", function()
        live(10, 0.2)
        live(30, 8)
        live(30, 0.2)
        assert.equal(0, #lab.findings)
    end)

    it("is silent about devices that are not quiet, and about small things", function()
        live(72, 5)
        live(5, 500)
        device = lab.device{ name = "sensor", first_seen = lab.now() }
        live(72, 0.001)
        live(5, 3)
        assert.equal(0, #lab.findings)
    end)

    it("remembers a weekly map for a week, and forgets it in two months", function()
        live(24, 3)
        live(24 * 7, 0.2)
        live(5, 4.5)
        assert.equal(0, #lab.findings)
        live(24 * 60, 0.2)
        live(5, 8)
        assert.equal(1, #lab.findings)
    end)

    it("copes with what is not known", function()
        for _ = 1, 100 do
            lab.at(12, 3600).on_device_hour(device)
        end
        assert.equal(0, #lab.findings)
    end)
end)
