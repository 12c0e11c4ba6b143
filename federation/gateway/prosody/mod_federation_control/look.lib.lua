-- Which certificate this server shows to other servers: asked as they ask, over the network, by STARTTLS on its own
-- port.

local timer = require "util.timer";

local PATIENCE = 10;
local OPEN = "<?xml version='1.0'?><stream:stream xmlns='jabber:server' xmlns:stream='http://etherx.jabber.org/streams' to='%s' version='1.0'>";
local STARTTLS = "<starttls xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>";

return function (internals, sslctx)

local listener = {};
local looks = setmetatable({}, { __mode = "k" }); -- by connection

local function finish(look, fingerprint)
	if look.over then return; end
	look.over = true;
	timer.stop(look.watch);
	if look.conn then look.conn:close(); end
	look.done(fingerprint);
end

local function shown(conn)
	local found = internals.peer_certificate(conn);
	return found and found:digest("sha256") or nil;
end

function listener.onattach(conn, look)
	looks[conn] = look;
	look.conn = conn;
end

function listener.onconnect(conn) conn:write(OPEN:format(looks[conn].host)); end

function listener.onincoming(conn, data)
	local look = looks[conn];
	look.buffer = look.buffer .. data;
	if not look.asked and look.buffer:find("</stream:features>", 1, true) then
		if not look.buffer:find("urn:ietf:params:xml:ns:xmpp-tls", 1, true) then return finish(look); end
		look.asked = true;
		conn:write(STARTTLS);
	elseif look.asked and look.buffer:find("<proceed", 1, true) then
		conn:starttls(sslctx);
	end
end

function listener.onstatus(conn, status)
	if status == "ssl-handshake-complete" then finish(looks[conn], shown(conn)); end
end

function listener.ondisconnect(conn) if looks[conn] then finish(looks[conn]); end end

function listener.onfail(look) finish(look); end

-- Where this server listens for others.
local function address()
	local interface, port = internals.listens_at();
	if interface == "*" or interface == "0.0.0.0" then interface = "127.0.0.1"; end
	if interface == "::" then interface = "::1"; end
	return interface, port;
end

-- Calls done(fingerprint), in hexadecimal, or done(nil) when no certificate was shown.
return function (host, done)
	local interface, port = address();
	if not interface then return done(nil); end
	local look = { host = host, done = done, buffer = "" };
	look.watch = timer.add_task(PATIENCE, function () finish(look); end);
	local kind = interface:find(":", 1, true) and "tcp6" or "tcp4";
	internals.connect(internals.manual_resolver({ { kind, interface, port } }, kind), listener, {}, look);
end;

end;
