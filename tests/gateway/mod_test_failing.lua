-- For tests only: while the file that option `test_failing` names is there, what is done after a change fails at the
-- point that is written in it: "close" of streams, "cut" of those too, "presence" to clients.

local path = module:get_option_string("test_failing");

local function fails(at)
	local file = io.open(path);
	if not file then return; end
	local points = file:read("*a");
	file:close();
	if points:find(at, 1, true) then error("out of order: " .. at, 0); end
end

module:hook_global("s2s-created", function (event)
	local session = event.session;
	local close = session.close;
	function session.close(...)
		fails "close";
		return close(...);
	end
	local conn = session.conn;
	local close_conn = conn.close;
	function conn.close(...)
		fails "cut";
		return close_conn(...);
	end
end, 1000);

module:hook("resource-bind", function (event)
	local session = event.session;
	local send = session.send;
	function session.send(stanza, ...)
		if stanza.name == "presence" and stanza.attr.type == "unavailable" then fails "presence"; end
		return send(stanza, ...);
	end
end);
