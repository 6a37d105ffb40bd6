local helper = require("helper")

describe("compromised", function()
    local lab, device

    before_each(function()
        lab = helper.load("lua/compromised.lua")
        device = lab.device{ name = "camera" }
    end)

    local signs = {
        scan = { fanout = 60, fanout_ports = 2, accepted = 0.05 },
        beacon = { heartbeat = { state = "steady" }, no_dns = true, strangers = 1, service = "other" },
        dead_cloud = { unanswered = 20, fanout = 1 },
        new_network = { new_asn = true },
        ill_repute = { asn_risk = 80 },
        own_resolver = { dns = { bypass = true } },
    }

    local function show(name, hours, more)
        local flow = { initiated = true, public = true, protocol = "tcp", remote_ip = "203.0.113.7",
            remote_port = 443, pkts_down = 9 }
        for _, fields in ipairs{ signs[name] or {}, more or {} } do
            for key, value in pairs(fields) do
                flow[key] = value
            end
        end
        lab.at(12, 3600 * (hours or 0)).on_flow_end(flow, device)
    end

    it("tells of a scan and a beacon hours apart", function()
        show("scan")
        assert.equal(0, #lab.findings)
        show("beacon", 5, { remote_ip = "198.51.100.1" })
        assert.equal(1, #lab.findings)
        assert.near(0.7, lab.findings[1].score, 1e-9)
        assert.same({ scan = "203.0.113.7", beacon = "198.51.100.1" }, lab.findings[1].why)
    end)

    it("sees a scan that nobody answers by the device's minutes", function()
        local scanner = lab.device{ fanout = 60, accepted = 0, fanout_ports = 1,
            window_pkts_up = 200 }
        device = scanner
        show("beacon")
        lab.at(12, 600).on_device_window(scanner)
        assert.equal(1, #lab.findings)
        assert.equal("many hosts", lab.findings[1].why.scan)
    end)

    local function tries(port, count, seconds)
        for i = 1, count do
            lab.at(12, seconds).on_flow_end({ initiated = true, public = true, protocol = "tcp",
                no_dns = true, remote_ip = "198.51.100." .. i, remote_port = port, pkts_down = 0,
                strangers = 16 }, device)
        end
    end

    it("tells of a scan that takes its time, and of the beacon among so many strangers", function()
        tries(5555, 24, 200)
        assert.equal(0, #lab.findings)
        show("beacon", 1, { strangers = 16 })
        assert.equal(1, #lab.findings)
        assert.equal("203.0.113.7", lab.findings[1].why.crowded_beacon)
    end)

    it("minds not which of the two comes first", function()
        show("beacon", 1, { strangers = 16 })
        tries(5555, 19, 200)
        assert.equal(0, #lab.findings)
        tries(5555, 1, 200)
        assert.equal(1, #lab.findings)
    end)

    it("counts whom it tries although the device's minutes have told of the scan", function()
        show("beacon", 0, { strangers = 16 })
        device.fanout, device.accepted, device.fanout_ports, device.window_pkts_up = 60, 0, 1, 200
        lab.at(12, 60).on_device_window(device)
        tries(23, 24, 1) -- as they end, each as of its last packet
        assert.equal("203.0.113.7", lab.findings[1] and lab.findings[1].why.crowded_beacon)
    end)

    it("is silent about a swarm's peers, and about who tries again", function()
        for port = 8000, 8060 do
            tries(port + 1, 1, 60)
        end
        for _ = 1, 60 do
            tries(23, 1, 60)
        end
        tries(23, 24, 3700)
        show("beacon", 1)
        assert.equal(0, #lab.findings)
    end)

    it("is silent about a camera that tries two dead servers in turn", function()
        for i = 1, 60 do
            lab.at(12, 60).on_flow_end({ initiated = true, public = true, protocol = "tcp", no_dns = true,
                remote_ip = "198.51.100." .. i % 2, remote_port = 8443, pkts_down = 0, unanswered = 20,
                fanout = 1, strangers = 2, dns = { bypass = true } }, device)
        end
        assert.equal(0, #lab.findings)
    end)

    it("tells of a beacon, and names that do not exist", function()
        device = lab.device{ dns = { nxdomain = 40 }, window_pkts_up = 50 }
        show("beacon")
        lab.at(12, 60).on_device_window(device)
        assert.equal("resolver", lab.findings[1].why.missing_names)
    end)

    it("tells of a beacon, a dead cloud and a network that is new", function()
        for _, name in ipairs{ "new_network", "dead_cloud", "beacon" } do
            assert.equal(0, #lab.findings)
            show(name, 1)
        end
        assert.equal(1, #lab.findings)
    end)

    it("takes no sign alone for an infection, however often it shows", function()
        for name in pairs(signs) do
            device = lab.device{ name = name }
            for _ = 1, 50 do
                show(name, 0.1)
            end
        end
        assert.equal(0, #lab.findings)
    end)

    it("is silent about a move to a new cloud when the old one closes", function()
        show("dead_cloud")
        show("new_network", 1, { heartbeat = { state = "steady" }, no_dns = false, service = "tls" })
        assert.equal(0, #lab.findings)
    end)

    it("takes the leftovers of a scan, a swarm's peers and clocks for what they are", function()
        show("scan")
        show("dead_cloud", 0, { fanout = 60 })
        show("beacon", 0, { strangers = 16 })
        show("beacon", 0, { service = "ntp" })
        assert.equal(0, #lab.findings)
    end)

    it("forgets what is older than a day", function()
        show("scan")
        show("beacon", 25)
        assert.equal(0, #lab.findings)
    end)

    it("does not blame a device for who calls it", function()
        show("scan", 0, { initiated = false })
        show("beacon", 0, { initiated = false })
        assert.equal(0, #lab.findings)
    end)

    it("copes with what is not known", function()
        show("nothing")
        assert.equal(0, #lab.findings)
    end)
end)
