local helper = require("helper")

describe("exfil", function()
    local lab

    before_each(function()
        lab = helper.load("lua/exfil.lua")
    end)

    -- A large upload to a known cloud by day, changed by 'more'.
    local function upload(more)
        local flow = { public = true, bytes_up = 20e6, bytes_down = 1e5, name = "cloud.maker.example",
            remote_ip = "203.0.113.1", no_dns = false, new_domain = false, new_asn = false,
            asn_risk = 0, upload_burst = 1 }
        for key, value in pairs(more or {}) do
            flow[key] = value
        end
        return flow
    end

    it("is silent about a camera that streams to its cloud, by day and by night", function()
        for hour = 0, 23 do
            lab.at(hour).on_flow_window(upload{ bytes_up = 5e9, heartbeat = { state = "steady" } })
        end
        assert.equal(0, #lab.findings)
    end)

    it("tells of an unusual upload at night to an address that was never resolved", function()
        lab.at(3).on_flow_end(upload{ upload_burst = 5, no_dns = true })
        assert.equal(1, #lab.findings)
        assert.near(0.8, lab.findings[1].score, 1e-9)
        assert.equal(5, lab.findings[1].why.times_usual)
        assert.is_true(lab.findings[1].why.never_resolved)
    end)

    it("tells of a heartbeat that turns into an upload at night", function()
        lab.at(3).on_flow_window(upload{ upload_burst = 2, heartbeat = { state = "changed" } })
        assert.equal("changed", lab.findings[1].why.heartbeat)
    end)

    it("takes nothing alone for a finding", function()
        local oddities = { { upload_burst = 100 }, { no_dns = true }, { new_domain = true },
            { asn_risk = 100 }, { heartbeat = { state = "changed" } } }
        for _, oddity in ipairs(oddities) do
            lab.at(12).on_flow_window(upload(oddity))
        end
        assert.equal(0, #lab.findings)
    end)

    it("is silent about downloads, calls, neighbours and small uploads", function()
        local odd = { upload_burst = 9, no_dns = true, asn_risk = 90 }
        for key, value in pairs{ bytes_down = 20e6, public = false, bytes_up = 0.5e6 } do
            local flow = upload(odd)
            flow[key] = value
            lab.at(3).on_flow_window(flow)
        end
        assert.equal(0, #lab.findings)
    end)

    it("asks for less at night than by day", function()
        local odd = { bytes_up = 5e6, upload_burst = 9, no_dns = true }
        lab.at(12).on_flow_window(upload(odd))
        assert.equal(0, #lab.findings)
        lab.at(1).on_flow_window(upload(odd))
        assert.equal(1, #lab.findings)
        lab.params.night_mb = 10
        lab.at(1).on_flow_window(upload(odd))
        assert.equal(1, #lab.findings)
    end)

    it("copes with what is not known", function()
        lab.at(3).on_flow_window({ public = true, bytes_up = 5e6, bytes_down = 0,
            remote_ip = "203.0.113.1" })
        assert.equal(0, #lab.findings)
    end)
end)
