-- A small HTTP/1.1 client for the long poll, on the same connector, resolver and TLS as Prosody's net.http.
--
-- net.http (0.12.3) was measured first and cannot be depended on here: when a server never answers, or the
-- connection breaks after the headers or in a streamed body, its callback is never called; a chunked body cut
-- short is 200 with rubbish; it reads "as much as there is", which made the server stand still for up to
-- 436 ms in a body of 60 MB; and it opens a connection (and a TLS handshake) for every poll. This one reads
-- 16 KiB at a time, has one deadline that every byte renews, keeps the connection, insists on Content-Length,
-- and calls done() exactly once.

local timer = require "util.timer";
local parse_url = require "socket.url".parse;
local verify_identity = require "util.x509".verify_identity;

local READ_SIZE = 16384;
local LONGEST_HEAD = 16384;
local PACE = 0.002; -- seconds between two reads of a long answer: the server's loop serves no timer while it reads
local IDLE = 30; -- seconds without a byte, once the answer has begun

return function (internals)

local Client = {};
Client.__index = Client;

local listener = {};
local clients = setmetatable({}, { __mode = "k" }); -- by connection

-- Every path out of an exchange: the connection is kept only after a whole answer.
local function finish(client, problem, keep)
	local exchange = client.exchange;
	if not exchange then return; end
	client.exchange = nil;
	timer.stop(exchange.watch);
	if not keep then client:drop(); end
	exchange.done(problem, exchange.code, exchange.headers);
end

local function certificate_problem(client, conn)
	if not conn:ssl() then return client.secure and "tls-missing" or nil; end
	if not internals.peer_is_trusted(conn) then return "certificate-untrusted"; end
	local certificate = internals.peer_certificate(conn);
	if not certificate or not verify_identity(client.host, false, certificate) then return "certificate-wrong-name"; end
end

local function send(client)
	local exchange = client.exchange;
	exchange.sent = true;
	client.conn:write(exchange.text);
end

function listener.onconnect(conn)
	local client = clients[conn];
	if not client or not client.exchange or client.conn ~= conn then conn:close(); return; end
	local problem = certificate_problem(client, conn);
	if problem then finish(client, problem); return; end
	send(client);
end

function listener.onattach(conn, client)
	clients[conn] = client;
	if client.exchange then client.conn = conn; end
end

function listener.ondetach(conn) clients[conn] = nil; end

function listener.onfail(client, reason) finish(client, reason or "connection failed"); end

function listener.ondisconnect(conn, reason)
	local client = clients[conn];
	clients[conn] = nil;
	if not client or client.conn ~= conn then return; end
	client.conn = nil;
	local exchange = client.exchange;
	if exchange and exchange.reused and not exchange.code then
		-- The server closed an idle connection just as it was used again: that says nothing about the server.
		exchange.reused = false;
		client:open();
	else
		finish(client, reason or "closed");
	end
end

local function read_head(client, exchange)
	local head_end = exchange.buffer:find("\r\n\r\n", 1, true);
	if not head_end then return #exchange.buffer <= LONGEST_HEAD, nil; end
	local head, body = exchange.buffer:sub(1, head_end + 1), exchange.buffer:sub(head_end + 4);
	local code = tonumber(head:match("^HTTP/1%.[01] (%d%d%d)"));
	if not code then return false; end
	local headers = {};
	for name, value in head:gmatch("\n([^%s:]+):[ \t]*([^\r\n]*)") do headers[name:lower()] = value; end
	exchange.buffer = "";
	if code >= 100 and code < 200 then
		exchange.buffer = body;
		return read_head(client, exchange);
	end
	local length = code == 204 and 0 or tonumber(headers["content-length"]);
	if not length or headers["transfer-encoding"] or headers["content-encoding"] then return false; end
	exchange.code, exchange.headers, exchange.left = code, headers, length;
	return true, body;
end

local function take_body(client, exchange, data)
	if #data > exchange.left then finish(client, "answer too long"); return; end
	exchange.left = exchange.left - #data;
	if data ~= "" and exchange.code == 200 and exchange.take(data) == false then
		finish(client, "refused");
	elseif exchange.left == 0 then
		finish(client, nil, exchange.headers.connection ~= "close");
	elseif exchange.left > READ_SIZE then
		internals.pause_reading(client.conn, PACE);
	end
end

function listener.onincoming(conn, data)
	local client = clients[conn];
	local exchange = client and client.exchange;
	if not exchange or client.conn ~= conn then conn:close(); return; end
	timer.reschedule(exchange.watch, IDLE);
	if exchange.code then return take_body(client, exchange, data); end
	exchange.buffer = exchange.buffer .. data;
	local ok, body = read_head(client, exchange);
	if not ok then
		finish(client, "not an answer we can read");
	elseif body then
		take_body(client, exchange, body);
	end
end

function Client:drop()
	local conn = self.conn;
	self.conn = nil;
	if conn then
		clients[conn] = nil;
		conn:close();
	end
end

function Client:open()
	internals.connect(internals.basic_resolver(self.host, self.port, "tcp", { servername = self.host }), listener,
		{ sslctx = self.secure and self.sslctx or nil, pattern = READ_SIZE }, self);
end

-- POSTs `body`. `take` gets the pieces of a 200 answer and may return false to refuse it. Then, once,
-- done(problem, code, headers): problem is nil when a whole answer came. No more than one at a time.
function Client:post(headers, body, patience, take, done)
	assert(not self.exchange, "one exchange at a time");
	local lines = { "POST " .. self.path .. " HTTP/1.1", "Host: " .. self.authority, "Content-Length: " .. #body };
	for name, value in pairs(headers) do lines[#lines + 1] = name .. ": " .. value; end
	local exchange = { text = table.concat(lines, "\r\n") .. "\r\n\r\n" .. body;
		buffer = "", take = take, done = done, reused = self.conn ~= nil };
	self.exchange = exchange;
	exchange.watch = timer.add_task(patience, function ()
		if self.exchange == exchange then finish(self, "timeout"); end
	end);
	if self.conn then send(self); else self:open(); end
end

function Client:cancel()
	if self.exchange then finish(self, "cancelled"); end
	self:drop();
end

local function parsed(url)
	local parts = parse_url(url);
	if not parts or not parts.host or not parts.scheme then return nil; end
	parts.scheme = parts.scheme:lower();
	return parts;
end

-- Whether what is asked there would cross a network that others can listen to: all but TLS, and this machine.
local function is_in_clear(url)
	local parts = parsed(url) or {};
	if parts.scheme == "https" then return false; end
	local host = (parts.host or ""):lower();
	return not (host == "localhost" or host == "::1" or host:match("^127%.%d+%.%d+%.%d+$"));
end

-- nil and a reason when the address is none.
local function new(url, sslctx)
	local parts = parsed(url);
	if not parts or (parts.scheme ~= "http" and parts.scheme ~= "https") then return nil, "not an address"; end
	local secure = parts.scheme == "https";
	return setmetatable({
		host = parts.host, port = tonumber(parts.port) or (secure and 443 or 80), authority = parts.authority:gsub("^.*@", "");
		path = parts.path or "/", secure = secure, sslctx = sslctx;
	}, Client);
end

return { new = new, is_in_clear = is_in_clear };

end;
