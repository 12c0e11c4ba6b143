-- Live server-to-server streams: what the panel shows of them, and closing those that may not be.

local array = require "util.array";
local timer = require "util.timer";

local MOST_LISTED = 500;
local texts = {
	["policy-violation"] = "Federation with this domain is not configured";
	["invalid-from"] = "The first domain to authenticate must be the one of the stream's header";
	["resource-constraint"] = "Too many connections";
	["reset"] = "What is required of this connection has changed";
};

return function (control)

local streams = {};
local internals = control.internals;

function streams.remote(session)
	if internals.is_outgoing(session) then return session.to_host, session.from_host; end
	return session.from_host, session.to_host;
end

function streams.close(session, condition)
	control.news();
	control.waiting.review_now(session); -- who waits is told the reason, also when a change has not come to it yet
	session:close({ condition = condition, text = texts[condition] }, nil, "refused by policy");
end

-- Every stream with a known remote side.
function streams.each()
	local found = {};
	for session in pairs(internals.streams()) do
		if internals.is_connected(session) and not internals.is_destroyed(session) and streams.remote(session) then found[#found + 1] = session; end
	end
	return ipairs(found);
end

local function describe(session)
	local remote, here = streams.remote(session);
	local protocol, cipher = internals.encryption(session);
	return {
		remote = remote, ["local"] = here, direction = internals.is_outgoing(session) and "outbound" or "inbound";
		both_ways = internals.is_both_ways(session) or nil;
		method = session.federation_method, since = session.federation_since;
		tls = protocol, cipher = cipher;
		certificate = internals.certificate_status(session);
	};
end

-- Streams as the report tells them, and how many there are.
function streams.list()
	local listed, total = array(), 0;
	for _, session in streams.each() do
		total = total + 1;
		if total <= MOST_LISTED then listed:push(describe(session)); end
	end
	return listed, total;
end

-- How many inbound streams a partner has, and how many partners have in all.
function streams.inbound(partner)
	local of_partner, all = 0, 0;
	for _, session in streams.each() do
		if not internals.is_outgoing(session) and session.federation_method then
			local peer = control.gate.peer(streams.remote(session));
			if not (peer and peer.internal) then all = all + 1; end
			if peer == partner then of_partner = of_partner + 1; end
		end
	end
	return of_partner, all;
end

-- Whether a stream, or one more domain on it, is authenticated in a way that a partner's record allows. On one that we
-- opened, SASL proved us to them; who they are, only their certificate proved, or else nothing but the DNS.
local function is_allowed(session, partner, method)
	if method == "sasl-tls" and internals.is_outgoing(session) and not internals.has_valid_certificate(session) then
		return partner.can["sasl-tls"] and partner.can["dialback-tls"];
	end
	return not method or partner.can[method];
end

-- Closes what the rules in force do not allow: streams with domains that are no partner's and not ours (any more), and those
-- that were authenticated in a way their partner's record does not allow (any more). A stream that was still
-- being negotiated by a record that changed begins anew (RFC 6120, 4.9.3.16): it might never come to an end.
local function enforce(session)
	local remote, here = streams.remote(session);
	local partner = control.gate.peer(remote, here);
	local method = session.federation_method;
	if not partner or not is_allowed(session, partner, method) then
		streams.close(session, "policy-violation");
	elseif not method and session.federation_partner and session.federation_partner ~= partner then
		streams.close(session, "reset");
	else
		local domains = internals.domains(session);
		for domain, more in pairs(domains) do
			local other = control.gate.peer(domain, here);
			if not other or not is_allowed(session, other, more.federation_method or method) then domains[domain] = nil; end
		end
	end
end

-- A stream of which that cannot be done is cut. Runs in slices.
function streams.enforce()
	for _, session in streams.each() do
		local ok, problem = pcall(enforce, session);
		if not ok then
			module:log("error", "A stream cannot be closed: %s", problem);
			internals.cut(session);
		end
		control.slices.breathe();
	end
end

-- A blank now and then on streams of partners that want to be kept alive.
local function keep_alive()
	local state = control.current();
	for _, session in streams.each() do
		local partner = control.gate.peer(streams.remote(session));
		if partner and partner.keep_alive and session.federation_method then internals.send_whitespace(session); end
	end
	local seconds = state and tonumber(state.limits.keep_alive) or 300;
	return math.max(seconds, 10);
end

timer.add_task(60, function ()
	if control.unloaded then return; end
	return keep_alive();
end);

return streams;

end;
