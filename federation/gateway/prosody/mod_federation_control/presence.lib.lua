-- A change takes effect on people who are online: those who lost access go offline for their contacts there and
-- see those offline; those who gained it appear and ask who is there. The panel's rules are asked again for
-- each user and domain that presence was sent to, or was to be sent to, before.

local jid_host = require "util.jid".host;
local st = require "util.stanza";

local MOST_SEEN = 2000; -- remote resources remembered for one user

return function (control)

local gate, internals = control.gate, control.internals;
local presence = {};

-- Remembers which remote resources a user sees online, by domain.
function presence.saw(bare, from, domain, stanza_type)
	local notes = internals.notes(bare);
	if not notes or (stanza_type and stanza_type ~= "unavailable") then return; end
	local seen = notes.seen;
	if not seen then
		seen = { count = 0, domains = {} };
		notes.seen = seen;
	end
	local there = seen.domains[domain];
	if not there then
		there = {};
		seen.domains[domain] = there;
	end
	if stanza_type then
		if there[from] then there[from], seen.count = nil, seen.count - 1; end
	elseif not there[from] and seen.count < MOST_SEEN then
		there[from], seen.count = true, seen.count + 1;
	end
end

-- Those of a user's contacts at a domain whose subscription is one of two.
local function contacts(session, domain, one, other)
	local found = {};
	for contact, item in pairs(internals.roster(session)) do
		if contact and jid_host(contact) == domain and (item.subscription == one or item.subscription == other) then
			found[#found + 1] = contact;
		end
	end
	return found;
end

-- Past the gate, which refuses this user by now. To a domain that is no partner any more only on a stream
-- that is still there.
local function send_unavailable(session, to, domain)
	local host = session.host;
	local partner = gate.peer(domain, host);
	if not partner and not internals.stream_to(host, domain) then return; end
	local stanza = st.presence({ type = "unavailable", from = session.full_jid, to = to });
	gate.pass(stanza);
	internals.route(session, host, domain, stanza);
end

local function withdraw(sessions, notes, domain)
	local seen = notes.seen and notes.seen.domains[domain] or {};
	for _, session in pairs(sessions) do
		if internals.presence(session) then
			for _, contact in ipairs(contacts(session, domain, "both", "from")) do
				send_unavailable(session, contact, domain);
			end
			for from in pairs(seen) do
				session.send(st.presence({ type = "unavailable", from = from, to = session.full_jid }));
			end
		end
		local directed = internals.directed(session);
		for to in pairs(directed) do
			if jid_host(to) == domain then
				send_unavailable(session, to, domain);
				directed[to] = nil;
			end
		end
	end
	for from in pairs(seen) do
		seen[from], notes.seen.count = nil, notes.seen.count - 1;
	end
end

local function announce(sessions, domain)
	for _, session in pairs(sessions) do
		if internals.presence(session) then
			for _, contact in ipairs(contacts(session, domain, "both", "from")) do
				local shown = st.clone(internals.presence(session));
				shown.attr.to = contact;
				internals.post_stanza(session, shown, true);
			end
			for _, contact in ipairs(contacts(session, domain, "both", "to")) do
				internals.post_stanza(session, st.presence({ type = "probe", from = session.full_jid, to = contact }), true);
			end
		end
	end
end

local function reconcile_user(bare, sessions, notes)
	for domain, was in pairs(notes.shown) do
		local now = not gate.judge(bare, domain, domain, false, "presence-available");
		if was ~= now then
			if now then announce(sessions, domain); else withdraw(sessions, notes, domain); end
			notes.shown[domain] = now;
		end
	end
end

-- Acts on whatever changed since the last time. Runs in slices. Returns what could not be done, of which nothing is
-- taken for done; the gate refuses what people say by themselves all the same.
function presence.reconcile()
	local left;
	for _, bare in ipairs(internals.online()) do
		local sessions, notes = internals.sessions_of(bare), internals.notes(bare);
		if sessions and notes.shown then
			local ok, problem = pcall(reconcile_user, bare, sessions, notes);
			if not ok then left = ("presence of %s: %s"):format(bare, problem); end
		end
		control.slices.breathe();
	end
	return left;
end

return presence;

end;
