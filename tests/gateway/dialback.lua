-- The module's dialback part without a server: JSON commands in, one a line; after each, one line out: how often it
-- was fetched, the name of the secret in use, what each host's mod_dialback has read, the alarms.

local folder, directory = arg[1], arg[2]
local cjson = require "cjson"
local NAMES = { "a.test", "b.test", "c.test" } -- on the last nobody wants dialback
local set, loaded, broken, full = {}, { ["a.test"] = "own", ["b.test"] = "own" }, {}, false
local fetches, alarms, clock, loads = 0, {}, 0, 0

prosody = { hosts = {} }
for _, name in ipairs(NAMES) do prosody.hosts[name] = {} end
module = { shared = function () return {} end, hook = function () end, log = function () end }
package.loaded["util.time"] = { monotonic = function () return clock end }
package.loaded["core.configmanager"] = { set = function (host, _, value) set[host] = value end }
package.loaded["core.modulemanager"] = {
	is_loaded = function (host) return loaded[host] ~= nil end;
	unload = function (host) loaded[host] = nil end;
	load = function (host)
		if broken[host] then return nil, "broken" end
		loaded[host], loads = set[host], loads + 1
		return true
	end;
}

local internals = assert(loadfile(folder .. "/internals.lib.lua"))()
local control = {
	internals = internals,
	state = { limits = {} }, news = function () end;
	report = {
		alarm = function (code) alarms[code] = true end;
		over = function (...) for _, code in ipairs { ... } do alarms[code] = nil end end;
	};
}
local dialback = assert(loadfile(folder .. "/dialback.lib.lua"))()(
	control, { directory = directory, can_unseal = true },
	function ()
		return { drop = function () end, post = function (_, _, _, _, take, done)
			fetches = fetches + 1
			take(cjson.encode { id = control.state.limits.dialback, secret = "of " .. control.state.limits.dialback })
			done(nil, 200)
		end }
	end,
	function (text) return text end, { decode = cjson.decode, encode = cjson.encode },
	{ replace = function () if full then return nil, "full" end return true end })

for line in io.lines() do
	local c = cjson.decode(line)
	if c.broken then broken = { [c.broken] = true } end
	if c.full ~= nil then full = c.full end
	if c.mended then broken = {} end
	if c.wanted then control.state.limits.dialback = c.wanted end
	clock = clock + 60
	dialback.confirmed({}, function () return "" end)
	local told = {}
	for _, name in ipairs(NAMES) do told[#told + 1] = loaded[name] or "-" end
	local raised = {}
	for code in pairs(alarms) do raised[#raised + 1] = code end
	table.sort(raised)
	table.move(raised, 1, #raised, #told + 1, told)
	print(fetches, loads, dialback.id or "none", table.concat(told, ", "))
end
