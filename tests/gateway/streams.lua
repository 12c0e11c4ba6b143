-- What streams.enforce() leaves of a stream that serves several domains. Prints them.

local folder = arg[1]
local partners = {
	["first.test"] = { can = { ["sasl-tls"] = true } };
	["same.test"] = { can = { ["sasl-tls"] = true } };
	["bykey.test"] = { can = { ["dialback-tls"] = true } };
	["nolonger.test"] = { can = { ["sasl-tls"] = true } };
	["stricter.test"] = { can = { ["dialback-tcp"] = true } };
}
local session = {
	conn = {}, direction = "incoming", from_host = "first.test", to_host = "contoso.test", federation_method = "sasl-tls";
	hosts = { ["first.test"] = {}, ["same.test"] = {}, ["bykey.test"] = { federation_method = "dialback-tls" };
		["nolonger.test"] = { federation_method = "dialback-tls" }, ["stricter.test"] = {}, ["stranger.test"] = {} };
	close = function (self) self.destroyed = true end;
}
prosody = { hosts = {} }
module = { shared = function () return { session } end }
package.loaded["util.array"] = {}
package.loaded["util.timer"] = { add_task = function () end }

local internals = assert(loadfile(folder .. "/internals.lib.lua"))()
local streams = assert(loadfile(folder .. "/streams.lib.lua"))()({
	internals = internals, news = function () end, slices = { breathe = function () end };
	gate = { peer = function (domain) return partners[domain] end }, waiting = { review_now = function () end };
})
streams.enforce()
local left = {}
for domain in pairs(session.hosts) do left[#left + 1] = domain end
table.sort(left)
print(session.destroyed and "closed" or table.concat(left, " "))
