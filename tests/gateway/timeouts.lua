-- The module's timeouts loaded, ended and loaded again, twice, without a server. Prints Prosody's own timeout
-- (arg[2], or "unset") as it is while the module is there and after it, and after a reload of the configuration.

local folder, written = arg[1], tonumber(arg[2])
local option, reloaded = written, nil
package.loaded["core.configmanager"] = {
	get = function () return option end;
	set = function (_, _, value) option = value end;
}
package.loaded["core.s2smanager"] = {}
package.loaded["util.filters"] = { add_filter_hook = function () end, remove_filter_hook = function () end }
package.loaded["util.timer"] = { add_task = function () end }
package.loaded["util.time"] = {}
prosody = {}
module = {
	shared = function () return {} end;
	get_option_number = function (_, _, default) return option or default end;
	hook = function (_, _, call) reloaded = call end;
}

local internals = assert(loadfile(folder .. "/internals.lib.lua"))()
local seen = {}
local function note() seen[#seen + 1] = option or "unset" end
for _ = 1, 2 do
	local leave = assert(loadfile(folder .. "/timeouts.lib.lua"))()({ internals = internals }).install()
	note()
	leave()
	note()
end
local leave = assert(loadfile(folder .. "/timeouts.lib.lua"))()({ internals = internals }).install()
option = 7 -- somebody wrote another and reloaded the configuration
reloaded()
reloaded() -- a new certificate says so too, and nothing was read
note()
leave()
note()
print(table.concat(seen, " "))
