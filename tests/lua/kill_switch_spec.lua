local helper = require("helper")

describe("kill-switch", function()
    local lab, device

    before_each(function()
        lab = helper.load("lua/kill-switch.lua")
        device = lab.device{ name = "lock", first_seen = 1700000000 }
    end)

    local function live(times, pause_s)
        for _ = 1, times do
            device.window_s = pause_s
            lab.at(12, pause_s).on_device_window(device)
        end
    end

    local function ask(name, more)
        local answer = { name = name, rcode = "refused", blocked = true, resolver = "192.168.1.1" }
        for key, value in pairs(more or {}) do
            answer[key] = value
        end
        lab.at(12, 1).on_dns_answer(answer, device)
    end

    it("tells of the third silence after which it is the same name at once", function()
        live(60, 60)
        ask("cloud.maker.example")
        for i = 1, 3 do
            assert.equal(0, #lab.findings)
            live(1, 900)
            ask("cloud.maker.example")
            assert.equal(i, device.memory.pauses)
        end
        assert.equal(1, #lab.findings)
        assert.equal("cloud.maker.example", lab.findings[1].why.name)
        assert.near(15, lab.findings[1].why.last_pause_min, 0.1)
    end)

    it("is silent about a device that goes on, or whose name is let through", function()
        live(60, 60)
        for _ = 1, 20 do
            ask("ads.maker.example")
            live(10, 60)
        end
        for _ = 1, 5 do
            live(1, 900)
            ask("ads.maker.example", { blocked = false, rcode = "noerror" })
        end
        assert.equal(0, #lab.findings)
    end)

    it("is silent about a phone that always came and went, and about sleepers", function()
        live(30, 60)
        live(1, 4 * 3600)
        live(30, 60)
        for _ = 1, 5 do
            ask("ads.news.example")
            live(1, 9 * 3600)
        end
        device = lab.device{ name = "button", first_seen = device.first_seen }
        live(60, 1800)
        for _ = 1, 5 do
            ask("ads.news.example")
            live(1, 1800)
        end
        assert.equal(0, #lab.findings)
    end)

    it("judges nobody that it has not watched", function()
        device.first_seen = device.first_seen + 3600
        for _ = 1, 5 do
            ask("cloud.maker.example")
            live(1, 900)
        end
        assert.equal(0, #lab.findings)
    end)

    it("copes with what is not known", function()
        ask("a.example", { resolver = nil })
        live(1, 60)
        assert.equal(0, #lab.findings)
    end)
end)
