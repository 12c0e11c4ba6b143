-- Which of the things that were sealed for this gateway came last, so that whoever stands between it and the panel
-- cannot give it an older one again that was sealed rightly. The panel puts an order into what it seals: text that
-- compares as it grows (federation/replication/assigned.py). It is kept on disk, for a start without memory. Plain Lua.

return function (path, tools, private)

local order = {};
local file = io.open(path, "rb");
local latest = file and tools.decode(file:read("*a"));
if file then file:close(); end
if type(latest) ~= "table" then latest = {}; end

-- nil when `told`, the order of what was sealed as `what`, is not before the one known; else why it is refused. A panel
-- of a version before tells none: that is taken only while none is known.
function order.refuses(what, told)
	local known = latest[what];
	if type(told) ~= "string" or not told:find("^%d+%.%d+$") then
		return known and "it does not say how new it is, as others did before" or nil;
	end
	if known == told then return nil; end
	if known and told < known then return "it is older than one that the panel sent before"; end
	latest[what] = told;
	local kept, problem = private.replace(path, tools.encode(latest));
	if not kept then
		latest[what] = known;
		return "which one is the newest could not be kept: " .. tostring(problem);
	end
end

return order;

end;
