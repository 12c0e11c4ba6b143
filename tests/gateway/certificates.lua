-- The module's certificate part without a server: JSON commands in, one a line; after each, the number of fetches
-- and the alarms out. A certificate is its own fingerprint.

local folder, served_from = arg[1], arg[2]
local cjson = require "cjson"
local is_later = false -- whether a certificate called "early" is valid by now
local hosts, shown, fetches, alarms, reloaded = {}, {}, 0, {}, nil

prosody = { hosts = {}, events = { fire_event = function () reloaded() end } }
module = { shared = function () return {} end, hook = function (_, _, call) reloaded = call end, log = function () end }
package.loaded["core.certmanager"] = { create_context = function () return true end }
package.loaded["util.timer"] = { add_task = function (_, call) call() end }
package.loaded["util.pposix"] = { umask = function () end }
local private = assert(loadfile(folder .. "/private.lib.lua"))()
package.loaded["util.x509"] = { verify_identity = function () return true end }
package.loaded["ssl"] = { loadcertificate = function (text)
	return { digest = function () return text end, validat = function () return text ~= "early" or is_later end }
end }

local internals = assert(loadfile(folder .. "/internals.lib.lua"))()
local control = {
	internals = internals,
	current = function () return { domains = hosts } end, news = function () end;
	report = {
		alarm = function (code) alarms[code] = true end;
		over = function (...) for _, code in ipairs { ... } do alarms[code] = nil end end;
	};
}
local latest
local certificate = assert(loadfile(folder .. "/certificate.lib.lua"))()(
	control, { certificates = served_from },
	function ()
		return { drop = function () end, post = function (_, _, _, _, take, done)
			fetches = fetches + 1
			take(latest)
			done(nil, 200)
		end }
	end,
	function (text) return text end,
	{ decode = function (text) return { bundle = text, key = "key" } end },
	function (host, done)
		local file = io.open(("%s/%s.crt"):format(served_from, host))
		if file then shown[host] = file:read("*a"); file:close() end
		done(shown[host])
	end, private)

for line in io.lines() do
	local c = cjson.decode(line)
	if c.host then
		hosts[c.host], prosody.hosts[c.host], shown[c.host] = true, { type = "local" }, c.shows
	elseif c.make then
		os.execute("mkdir -p " .. served_from)
	elseif c.reload then
		reloaded()
	elseif c.later then
		is_later = true
	elseif c.again then
		certificate.again()
	else
		latest = c.announce
		certificate.announced(latest ~= cjson.null and latest or nil)
	end
	local raised = {}
	for code in pairs(alarms) do raised[#raised + 1] = code end
	table.sort(raised)
	io.write(fetches, " ", table.concat(raised, ","), "\n")
end
