-- Runs the module's pure parts for tests, without Prosody: JSON commands in, one a line; answers out, one a line.

local folder = arg[1]
package.cpath = "/usr/lib/prosody/?.so;" .. package.cpath
local hashes, bits, cjson = require "util.hashes", require "util.strbitop", require "cjson"

local function part(name) return assert(loadfile(folder .. "/" .. name .. ".lib.lua"))() end

local rules = part "rules"
local tools = {
	sha256 = hashes.sha256, hmac = hashes.hmac_sha256, equals = hashes.equals, xor = bits.sxor, types = rules.types;
	hex = function (s) return (s:gsub(".", function (c) return ("%02x"):format(c:byte()) end)) end;
	decode = function (text)
		local ok, value = pcall(cjson.decode, text)
		return ok and value or nil
	end;
}
local new_state = part "state"(tools)
local sealed = part "sealed"(tools)
local new_document = part "document"(tools, new_state)

local state
local commands = {}

function commands.forget() state = nil; return "forgotten" end

-- A document in pieces of `size` bytes: what is wrong with it, or the state that it led to.
function commands.document(c)
	local document = new_document(state, { gateway = c.gateway, panel = state and state.panel })
	for at = 1, #c.body, c.size do
		if not document:feed(c.body:sub(at, at + c.size - 1)) then break end
	end
	local problem = document:verdict() or document.rest ~= "" and "corrupt"
	if problem then return problem end
	document:commit(function () end, function (read) state = read end)
	return ("%d %d %s"):format(state.revision, state.count, tools.hex(state.hash))
end

-- A decision by the objects in force: the code or "allowed", and whether the status note is taken off.
function commands.decide(c)
	local node, host = c.here:match("^([^@]+)@(.+)$")
	host = host or c.here
	local between_ours = state.domains[c.domain] and state.domains[host]
	local partner = between_ours and rules.internal or state.partners[c.domain]
	local place = c.component and "component" or node and "user" or "server"
	local user = place == "user" and state:user(node, host) or nil
	local function code_of(kind) return rules.decide(state.edge, partner, place, user, c.inbound, kind, c.contact, c.rooms) end
	local code = code_of(c.kind)
	local strips = not code and not c.inbound and rules.strips_status(partner, c.name)
	local emptied = not code and rules.leaving[c.kind] and code_of(rules.ordinary)
	return (code or "allowed") .. (strips and " stripped" or "") .. (emptied and " emptied" or "")
end

-- Whether a rule names this kind.
function commands.named(c) return tostring(rules.named[c.kind] or false) end

-- How many users are in the fullest bucket of a host.
function commands.crowded(c)
	local most = 0
	for _, bucket in pairs(state.users[c.host]) do
		local _, here = bucket:gsub("\n", "")
		most = math.max(most, here)
	end
	return tostring(most)
end

-- A document in one piece; the different answers to questions, one after the other, as they are whenever the
-- server may have its turn.
function commands.watch(c)
	local document = new_document(state, { gateway = c.gateway, panel = state and state.panel })
	document:feed(c.body)
	assert(not document:verdict())
	local seen = {}
	local function look()
		local answers = {}
		for i, question in ipairs(c.questions) do answers[i] = commands.decide(question) end
		local text = table.concat(answers, ",")
		if seen[#seen] ~= text then seen[#seen + 1] = text end
	end
	look()
	document:commit(look, function (read) state = read; look() end)
	look()
	return table.concat(seen, " then ")
end

-- The kind of a stanza that is given as { name, type, { xmlns of each child } }.
function commands.kind(c)
	local tags = {}
	for i, xmlns in ipairs(c.children) do tags[i] = { attr = { xmlns = xmlns } } end
	local kind = c.type ~= cjson.null and c.type or nil
	return rules.kind({ name = c.name, attr = { type = kind }, tags = tags }) or "none"
end

local function octets(text) return (text:gsub("..", function (digits) return string.char(tonumber(digits, 16)) end)) end

-- What was sealed for us, in hexadecimal.
function commands.unseal(c)
	local plain = sealed.open(octets(c.sealed), octets(c.key), c.gateway, c.purpose)
	return plain and tools.hex(plain) or "not for us"
end

-- What follows from a secret: the token, and the sealing key in hexadecimal.
function commands.keys(c)
	local token, key = sealed.keys(c.secret)
	return token .. " " .. (key and tools.hex(key) or "")
end

for line in io.lines() do
	local c = cjson.decode(line)
	io.write(commands[c["do"]](c), "\n")
end
