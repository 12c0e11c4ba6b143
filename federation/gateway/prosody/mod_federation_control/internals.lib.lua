-- All that this module takes from Prosody without its documentation promising it; no other file touches any of it (a
-- test reads them). Each entry says what is assumed. All of it was tried on the versions in CHECKED, by every test of
-- tests/gateway; another version may differ in silence, so the shape of each is checked when the module loads, and
-- that of a stream when one appears. What differs is named in `wrong`, and then nobody federates.

local CHECKED = { "0.12.3", "13.0.1" };

local internals = { wrong = {}, version = tostring(prosody.version), checked = table.concat(CHECKED, ", ") };

-- Whether this very version was tried, and whether one was that differs in its last number only.
for _, version in ipairs(CHECKED) do
	local series = version:match("^%d+%.%d+%.");
	if internals.version == version then internals.is_checked = true; end
	if internals.version:sub(1, #series) == series then internals.is_known = true; end
end

local function differs(name, kind, found)
	internals.wrong[#internals.wrong + 1] = ("%s is no %s but %s"):format(name, kind, type(found));
end

-- What is there when it has the right type; else something of that type that the rest can be loaded with.
local function expect(name, kind, found)
	if type(found) == kind then return found; end
	differs(name, kind, found);
	if kind == "table" then return {}; end
	if kind == "string" then return ""; end
	return function () error(name .. " is missing"); end;
end

-- The named functions of one of the server's libraries.
local function library(name, ...)
	local ok, found = pcall(require, name);
	found = ok and type(found) == "table" and found or {};
	local functions = {};
	for _, field in ipairs { ... } do functions[field] = expect(name .. "." .. field, "function", found[field]); end
	return functions, found;
end

-- The server as a whole.

-- Every host and component by name: `type` is "local" or "component", `events` its own events.
local hosts = expect("prosody.hosts", "table", prosody.hosts);
internals.hosts = hosts;
-- Who is online: bare address -> { sessions = resource -> session }.
local bare_sessions = expect("prosody.bare_sessions", "table", prosody.bare_sessions);
internals.data_path = expect("prosody.paths.data", "string", type(prosody.paths) == "table" and prosody.paths.data or nil);
-- (origin, stanza, whether pre-events are fired): as if the origin had sent it.
internals.post_stanza = expect("prosody.core_post_stanza", "function", prosody.core_post_stanza);
local fire_global = expect("prosody.events.fire_event", "function", type(prosody.events) == "table" and prosody.events.fire_event or nil);

for name, host in pairs(hosts) do
	expect(("prosody.hosts[%q].type"):format(name), "string", host.type);
	expect(("prosody.hosts[%q].s2sout"):format(name), "table", host.s2sout); -- remote domain -> the stream to it
	expect(("prosody.hosts[%q].events.fire_event"):format(name), "function", host.events and host.events.fire_event);
end

-- get(host, option), set(host, option, value); host "*" is for all. A reload of the configuration forgets what was set.
internals.configuration = library("core.configmanager", "get", "set");
-- load(host, name) gives true or nil and a code, of which "module-already-loaded" is no fault.
internals.modules = library("core.modulemanager", "load", "unload", "is_loaded");
-- create_context(what for, "server" or "client", settings): a TLS context, or nil and a sentence.
internals.create_context = library("core.certmanager", "create_context").create_context;
-- load_roster(user, host): bare address -> item, read from disk for who is offline.
internals.load_roster = library("core.rostermanager", "load_roster").load_roster;
local destroy_session = library("core.s2smanager", "destroy_session").destroy_session;
local active_services = library("core.portmanager", "get_active_services").get_active_services;

-- Every module takes its certificates and options anew, as after a reload of the configuration.
function internals.announce_reload() fire_global("config-reloaded", {}); end

-- Where this server listens for others: interface and port.
function internals.listens_at()
	for interface, ports in pairs(active_services():get("s2s") or {}) do
		for port in pairs(ports) do return interface, port; end
	end
end

-- Commands of mod_admin_shell: name -> table of functions, which get the shell's own environment as self.
function internals.shell_commands() return module:shared("/*/admin_shell/env"); end

-- The network.

-- connect(resolver, listener, options, data); a listener's functions get the connection.
internals.connect = library("net.connect", "connect").connect;
internals.basic_resolver = library("net.resolvers.basic", "new").new; -- (host, port, "tcp", extra)
internals.manual_resolver = library("net.resolvers.manual", "new").new; -- (list of { kind, address, port }, "tcp", extra)
-- mod_s2s asks it by this field each time, for "xmpp-server" and "xmpps-server".
local service, service_library = library("net.resolvers.service", "new");

-- Puts `wrap(original)` in the place of the resolver of services; returns a function that takes it out again.
function internals.wrap_service_resolver(wrap)
	local original = service.new;
	local ours = wrap(original);
	service_library.new = ours;
	return function ()
		if service_library.new == ours then service_library.new = original; end
	end;
end

local function socket_of(conn) return conn and conn:socket() or nil; end

-- The certificate that the other side of a connection shows, or nil.
function internals.peer_certificate(conn)
	local socket = socket_of(conn);
	return socket and socket.getpeercertificate and socket:getpeercertificate() or nil;
end

-- Whether its chain ends at an authority of the connection's context.
function internals.peer_is_trusted(conn)
	local socket = socket_of(conn);
	return socket and socket.getpeerverification and socket:getpeerverification() or false;
end

-- For so many seconds nothing is read. Not on every backend.
function internals.pause_reading(conn, seconds)
	if conn.pausefor then conn:pausefor(seconds); end
end

-- Who is online.

local notes = setmetatable({}, { __mode = "k" }); -- of an entry of bare_sessions, which is another one after a new sign-in

-- What this module remembers of a user for as long as he is online; nil when he is not.
function internals.notes(bare)
	local user = bare_sessions[bare];
	if not user then return nil; end
	if not notes[user] then notes[user] = {}; end
	return notes[user];
end

-- Bare addresses, as a list that may be walked while people come and go.
function internals.online()
	local found = {};
	for bare in pairs(bare_sessions) do found[#found + 1] = bare; end
	return found;
end

-- The sessions of a user by resource; nil when he is not online.
function internals.sessions_of(bare)
	local user = bare_sessions[bare];
	return user and user.sessions;
end

-- A session's contact list: bare address -> { subscription = "both", ... }; its last presence; whom it sent directed
-- presence to: address -> true. mod_presence keeps the last two.
function internals.roster(session) return session.roster or {}; end
function internals.presence(session) return session.presence; end
function internals.directed(session) return session.directed or {}; end

-- Server-to-server streams.

local sessions = expect("/*/s2s/sessions", "table", module:shared("/*/s2s/sessions")); -- of mod_s2s: by connection

-- Sends on a stream or queues for one: an event of the host that it is from.
function internals.route(session, from, to, stanza)
	hosts[from].events.fire_event("route/remote", { origin = session, from_host = from, to_host = to, stanza = stanza });
end

-- The stream from a host of ours to a domain, established or not, or nil.
function internals.stream_to(host, domain) return hosts[host].s2sout[domain]; end

-- Whether what is sent to a domain leaves at once: the stream stands, one of ours or one for both ways.
function internals.stream_stands(host, domain)
	local session = hosts[host] and hosts[host].s2sout[domain];
	return session and session.type ~= "s2sout_unauthed" and not session.destroyed or false;
end

-- Every stream, those that are not connected yet too: session -> true.
function internals.streams()
	local found = {};
	for _, session in pairs(sessions) do found[session] = true; end
	for _, host in pairs(hosts) do
		for _, session in pairs(host.s2sout or {}) do found[session] = true; end
	end
	return found;
end

-- A stream that has a connection. What differs from what the functions below assume, or nil.
function internals.wrong_stream(session)
	for field, kind in pairs { direction = "string", hosts = "table", close = "function", sends2s = "function", conn = "table" } do
		if type(session[field]) ~= kind then return ("session.%s of mod_s2s is no %s"):format(field, kind); end
	end
end

function internals.is_outgoing(session) return session.direction == "outgoing"; end
function internals.is_both_ways(session) return session.incoming and session.outgoing and true or false; end
function internals.is_destroyed(session) return session.destroyed or false; end
function internals.is_encrypted(session) return session.secure or false; end
function internals.is_connected(session) return session.conn ~= nil; end

-- Remote domains that a stream is authenticated for: domain -> a table of that domain's own.
function internals.domains(session) return session.hosts or {}; end

-- Whether the other side showed a certificate of a trusted authority, for its name.
function internals.has_valid_certificate(session)
	return session.cert_chain_status == "valid" and session.cert_identity_status == "valid";
end

-- The same in a word, for people.
function internals.certificate_status(session)
	return session.cert_chain_status == "valid" and session.cert_identity_status or session.cert_chain_status;
end

-- TLS version and cipher, or nil.
function internals.encryption(session)
	local socket = session.secure and socket_of(session.conn);
	local info = socket and socket.info and socket:info();
	if info then return info.protocol, info.cipher; end
end

-- mod_s2s and mod_saslauth have decided to offer EXTERNAL; this takes it back.
function internals.refuse_external(session) session.external_auth = nil; end

function internals.send_whitespace(session) session.sends2s(" "); end

-- Closes the connection of a stream that has one still.
function internals.close_connection(session)
	if session.conn then session.conn:close(); end
end

-- For so many seconds nothing is read from a stream. mod_s2s pauses it too while one of its stanzas waits, but what Prosody's
-- epoll had in its own buffer is then read only when more comes: this looks there at the end.
function internals.pause_stream(session, seconds)
	if session.conn then internals.pause_reading(session.conn, seconds); end
end

-- What waits until a stream is established, in order: on 0.12 a list of { text, the bare reply or false }, on 13 a
-- util.queue of stanzas. mod_s2s takes hold of it before it says that the stream is established, so it is changed in place.
local parse = library("util.xml", "parse").parse;

local function is_queue(queue)
	for _, method in ipairs { "push", "pop", "peek", "items", "count" } do
		if type(queue[method]) ~= "function" then return false; end
	end
	return true;
end

-- Of a stream that was created for a stanza, which waits. What differs from what the functions below assume, or nil.
function internals.wrong_waiting(session)
	local queue = session.sendq;
	local first = type(queue) == "table" and queue[1];
	if type(queue) == "table" and is_queue(queue) and queue:count() == 1 then first = queue:peek(); end
	if type(first) ~= "table" or type(first.attr and first.name or first[1]) ~= "string" then
		return "session.sendq of mod_s2s does not hold what waits";
	end
end

function internals.count_waiting(session)
	local queue = session.sendq;
	return queue and (is_queue(queue) and queue:count() or #queue) or 0;
end

function internals.waiting(session)
	local queue, found = session.sendq or {}, {};
	if not is_queue(queue) then return table.move(queue, 1, #queue, 1, found); end
	for position, item in queue:items() do found[position] = item; end
	return found;
end

-- The stanza of what waits, and its name; nil and its name when it is written in a prefix (dialback).
function internals.waiting_stanza(item)
	if item.attr then return item, item.name; end
	return parse(item[1]) or nil, item[1]:match("^<([^%s/>]+)");
end

-- item -> false takes it out, -> a stanza puts that in its place. Returns what was taken out: item -> true.
function internals.change_waiting(session, verdicts)
	local queue, kept, taken_out = session.sendq, {}, {};
	if not queue then return taken_out; end
	for _, item in ipairs(internals.waiting(session)) do
		local verdict = verdicts[item];
		if verdict == false then
			taken_out[item] = true;
		else
			kept[#kept + 1] = verdict and not item.attr and { tostring(verdict), item[2] } or verdict or item;
		end
	end
	if is_queue(queue) then
		for _ = 1, queue:count() do queue:pop(); end
		for _, item in ipairs(kept) do queue:push(item); end
	else
		for i = 1, #queue do queue[i] = kept[i]; end
	end
	return taken_out;
end

-- Ends a stream that has no connection; who waits for it is answered.
function internals.destroy(session, reason, told) destroy_session(session, reason, told); end

-- Ends a stream without a word on it.
function internals.cut(session)
	internals.close_connection(session);
	destroy_session(session, "cut");
end

-- add_filter(session, "stanzas/in" or "stanzas/out", call(stanza, session)); hooks are called with each new session.
internals.filters = library("util.filters", "add_filter", "add_filter_hook", "remove_filter_hook");

return internals;
