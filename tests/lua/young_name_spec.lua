local helper = require("helper")

describe("young-name", function()
    local lab, device

    before_each(function()
        lab = helper.load("lua/young-name.lua")
        device = lab.device{ name = "plug" }
    end)

    local function meet(more)
        local flow = { initiated = true, public = true, new_domain = true, name = "a.new.example",
            domain = "new.example", bytes_up = 2000, bytes_down = 5000, remote_port = 443 }
        for key, value in pairs(more or {}) do
            flow[key] = value
        end
        lab.at(12, 10).on_flow_end(flow, device)
    end

    it("tells of a new domain in a new network that gets an upload", function()
        meet{ new_asn = true, asn = 64496, bytes_up = 2e6 }
        assert.equal(1, #lab.findings)
        assert.near(0.45, lab.findings[1].score, 1e-9)
        assert.equal(64496, lab.findings[1].why.new_network)
        assert.equal(2000, lab.findings[1].why.sent_kb)
    end)

    it("tells of a generated name with a cheap ending", function()
        meet{ domain = "xkqwzrtv.top", dns = { dga = 0.9 } }
        assert.equal("top", lab.findings[1].why.ending)
    end)

    it("takes nothing alone for odd", function()
        local oddities = { { new_asn = true }, { new_port = true }, { dns = { dga = 1 } }, { asn_risk = 90 },
            { domain = "maker.xyz" }, { heartbeat = { state = "steady" } }, { bytes_up = 2e6 } }
        for _, more in ipairs(oddities) do
            device = lab.device()
            meet(more)
        end
        assert.equal(0, #lab.findings)
    end)

    it("is silent about names that the device knows, or that nobody knows whether it knows", function()
        local odd = { new_asn = true, new_port = true, asn_risk = 90 }
        odd.new_domain = false
        meet(odd)
        lab.at(12).on_flow_end({ initiated = true, domain = "new.example", new_asn = true, new_port = true,
            bytes_up = 0, bytes_down = 0 }, device)
        assert.equal(0, #lab.findings)
    end)

    it("asks more of explorers, but not everything", function()
        for i = 1, 40 do
            meet{ domain = ("site%d.example"):format(i) }
        end
        meet{ domain = "one.top", new_asn = true, asn = 64496 }
        assert.equal(0, #lab.findings)
        meet{ domain = "one.top", new_asn = true, asn = 64496, asn_risk = 90 }
        assert.equal(1, #lab.findings)
    end)

    it("takes two names by turns for two", function()
        for _ = 1, 20 do
            meet{ domain = "a.example" }
            meet{ domain = "b.example" }
        end
        assert.equal(2, device.memory.names)
    end)

    it("copes with what is not known", function()
        lab.at(12).on_flow_end({ initiated = true, new_domain = true, bytes_up = 0, bytes_down = 0 }, device)
        assert.equal(0, #lab.findings)
    end)
end)
