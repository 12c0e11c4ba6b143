-- What the gate remembers of 2000 addresses with resources of arg[2] bytes, each asked twice: how often the rules
-- were asked, and whether more than half a kilobyte an address stays.

local folder, length = arg[1], tonumber(arg[2])
local asked = 0
prosody = { hosts = { ["contoso.test"] = { type = "local" } }, bare_sessions = {} }
package.loaded["util.jid"] = {
	split = function (address) return address:match("^([^@/]+)@([^/]+)") end;
	bare = function (address) return address:match("^[^/]+") end;
}
package.loaded["core.rostermanager"], package.loaded["util.stanza"] = {}, {}
package.loaded["util.encodings"] = { idna = {} }

local state = { domains = { ["contoso.test"] = true }, partners = {}, user = function () end }
module = { shared = function () return {} end }
local internals = assert(loadfile(folder .. "/internals.lib.lua"))()
local gate = assert(loadfile(folder .. "/gate.lib.lua"))()({
	internals = internals, current = function () return state end, answers = {}, stripping = {}, rooms = { is = function () return false end }, report = { passed = {} };
	rules = { named = {}, leaving = {}, kind = function () end, decide = function () asked = asked + 1 end };
})

local function judge_all()
	for i = 1, 2000 do
		local address = ("alice@contoso.test/%04d"):format(i) .. ("r"):rep(length - 4)
		assert(gate.judge(address, "bob@fabrikam.test", "fabrikam.test", true, "message-chat") == false)
	end
end
collectgarbage()
local before = collectgarbage("count")
judge_all()
judge_all()
collectgarbage()
local kept = collectgarbage("count") - before
print(asked, kept > 1000 and "much" or "little")
