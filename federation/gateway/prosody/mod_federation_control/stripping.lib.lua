-- What is left of a stanza where not all of it may go on.

local st = require "util.stanza";

local stripping = {};

local KEPT = { from = true, to = true, type = true, id = true };

-- Leaves of a stanza its addresses, its type and its id.
function stripping.empty(stanza)
	for name in pairs(stanza.attr) do
		if not KEPT[name] then stanza.attr[name] = nil; end
	end
	for i = #stanza, 1, -1 do stanza[i] = nil; end
	stanza.tags = {};
	return stanza;
end

-- Whatever namespace a note says it is of: stanzas that the server makes do not always say the usual one.
function stripping.without_status(stanza)
	for _, tag in ipairs(stanza.tags) do
		if tag.name == "status" then
			return st.clone(stanza):maptags(function (child) return child.name ~= "status" and child or nil; end);
		end
	end
	return stanza;
end

return stripping;
