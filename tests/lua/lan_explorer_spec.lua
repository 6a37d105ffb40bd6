local helper = require("helper")

describe("lan-explorer", function()
    local lab, device

    before_each(function()
        lab = helper.load("lua/lan-explorer.lua")
        device = lab.device{ name = "camera" }
    end)

    local function try(host, port, more)
        local flow = { initiated = true, public = false, protocol = "tcp", remote_port = port,
            remote_ip = ("192.168.1.%d"):format(host), refused = 1 }
        for key, value in pairs(more or {}) do
            flow[key] = value
        end
        lab.at(12, 600).on_flow_end(flow, device)
    end

    it("tells of one door after the other, ten minutes apart", function()
        for host = 1, 3 do
            try(host, 80)
            try(host, 554)
        end
        assert.equal(1, #lab.findings)
        assert.equal(3, lab.findings[1].why.neighbours)
        assert.equal(6, lab.findings[1].why.refused)
    end)

    it("counts services for administration, even where they let it in", function()
        try(1, 23)
        try(1, 22, { refused = 0 })
        try(2, 22, { refused = 0 })
        try(2, 445, { refused = 0 })
        assert.equal(0, #lab.findings)
        try(3, 22, { refused = 0 })
        assert.equal(1, #lab.findings)
    end)

    it("is silent about a hub whose lamps let it in, and one lamp that does not", function()
        for i = 1, 200 do
            try(i, 9999, { refused = 0 })
            try(7, 9999)
        end
        assert.equal(0, #lab.findings)
    end)

    it("is silent about whoever keeps house by SSH", function()
        for host = 1, 20 do
            try(host, 22, { refused = 0 })
        end
        assert.equal(0, #lab.findings)
    end)

    it("is silent about the world outside, callers and datagrams", function()
        for host = 1, 20 do
            try(host, 80, { public = true })
            try(host, 80, { initiated = false })
            try(host, 1900, { protocol = "udp" })
        end
        assert.equal(0, #lab.findings)
    end)

    it("forgets after a day", function()
        for host = 1, 20 do
            lab.at(12, 12 * 3600)
            try(host, 80)
        end
        assert.equal(0, #lab.findings)
    end)

    it("remembers no more than it may", function()
        for host = 1, 250 do
            try(host, 80)
        end
        assert.is_true(#device.memory.doors <= 127 and #device.memory.hosts <= 127)
        assert.is_true(#lab.findings > 0)
    end)

    it("copes with what is not known", function()
        lab.at(12).on_flow_end({ initiated = true, public = false, protocol = "tcp",
            remote_ip = "192.168.1.9", remote_port = 80 }, device)
        lab.at(12).on_flow_end({ initiated = true, public = false, protocol = "icmp",
            remote_ip = "192.168.1.9" }, device)
        assert.equal(0, #lab.findings)
    end)
end)
