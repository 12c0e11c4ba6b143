-- For tests only: notes what came past the gate, from other servers and from our clients, before the server's own
-- modules see it; and lets the server itself say what a test asks.

local st = require "util.stanza";

local file = assert(io.open(module:get_option_string("test_witness_file"), "a"));
file:setvbuf("line");

local BARE = { from = true, to = true, type = true, id = true };

-- Whether a stanza says more than its addresses, its type and its id.
local function says_more(stanza)
	for name in pairs(stanza.attr) do
		if not BARE[name] then return true; end
	end
	return #stanza > 0;
end

local function note(event)
	local origin, stanza = event.origin, event.stanza;
	if origin.type ~= "s2sin" and origin.type ~= "s2sout" then return; end
	file:write("in-", stanza.attr.id or "", "\n");
	if says_more(stanza) then file:write("more-", stanza.attr.id or "", "\n"); end
end

for _, name in ipairs { "message", "presence", "iq" } do
	for _, target in ipairs { "bare", "full", "host" } do module:hook(name .. "/" .. target, note, 990); end
end

module:hook("pre-stanza", function (event)
	if event.origin.type == "c2s" then file:write("out-", event.stanza.attr.id or "", "\n"); end
end, 990);

module:hook("message/host", function (event)
	local voice = event.stanza:get_child("voice", "urn:test:voice");
	if not voice or event.origin.type ~= "c2s" then return; end
	local stanza = st.clone(voice.tags[1]);
	stanza.attr.xmlns, stanza.attr.from = nil, module.host;
	module:send(stanza);
	return true;
end, 900);
