-- For luacheck: heuristics, their tests, and the globals that Tattler gives them (doc/lua.md).
std = "luajit"
max_line_length = 110
files["lua"] = { read_globals = { "heuristic", "finding", "log", "time" } }
files["doc"] = { read_globals = { "heuristic", "finding", "log", "time" } }
files["tests/lua"] = { std = "+busted" }
files["tests/lua/needs.lua"] = { read_globals = { "heuristic", "log" } }
