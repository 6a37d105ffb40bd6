-- For helper_spec.lua.
heuristic{
    id = "needs",
    title = "A flow as it is asked for",
    severity = 4,
    needs = { name = "a.example", bytes_up = 10, public = true },

    on_name = function()
        log("a name")
    end,

    on_device_window = function()
        log("a window")
    end,
}
