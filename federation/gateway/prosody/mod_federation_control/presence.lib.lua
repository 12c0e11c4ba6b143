-- A change takes effect on people who are online: those who lost access go offline for their contacts there and
-- see those offline; those who gained it appear and ask who is there. The panel's rules are asked again for
-- each user and domain that presence was sent to, or was to be sent to, before.

local jid_host = require "util.jid".host;
local st = require "util.stanza";

local hosts, bare_sessions = prosody.hosts, prosody.bare_sessions;
local MOST_SEEN = 2000; -- remote resources remembered for one user

return function (control)

local gate = control.gate;
local presence = {};

-- Remembers which remote resources a user sees online, by domain.
function presence.saw(bare, from, domain, stanza_type)
	local user = bare_sessions[bare];
	if not user or (stanza_type and stanza_type ~= "unavailable") then return; end
	local seen = user.federation_seen;
	if not seen then
		seen = { count = 0, domains = {} };
		user.federation_seen = seen;
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
	for contact, item in pairs(session.roster or {}) do
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
	local partner = gate.partner(domain);
	if not partner and not hosts[host].s2sout[domain] then return; end
	local stanza = st.presence({ type = "unavailable", from = session.full_jid, to = to });
	gate.pass(stanza);
	hosts[host].events.fire_event("route/remote", { origin = session, from_host = host, to_host = domain, stanza = stanza });
end

local function withdraw(user, domain)
	local seen = user.federation_seen and user.federation_seen.domains[domain] or {};
	for _, session in pairs(user.sessions) do
		if session.presence then
			for _, contact in ipairs(contacts(session, domain, "both", "from")) do
				send_unavailable(session, contact, domain);
			end
			for from in pairs(seen) do
				session.send(st.presence({ type = "unavailable", from = from, to = session.full_jid }));
			end
		end
		for to in pairs(session.directed or {}) do
			if jid_host(to) == domain then
				send_unavailable(session, to, domain);
				session.directed[to] = nil;
			end
		end
	end
	for from in pairs(seen) do
		seen[from], user.federation_seen.count = nil, user.federation_seen.count - 1;
	end
end

local function announce(user, domain)
	for _, session in pairs(user.sessions) do
		if session.presence then
			for _, contact in ipairs(contacts(session, domain, "both", "from")) do
				local shown = st.clone(session.presence);
				shown.attr.to = contact;
				prosody.core_post_stanza(session, shown, true);
			end
			for _, contact in ipairs(contacts(session, domain, "both", "to")) do
				prosody.core_post_stanza(session, st.presence({ type = "probe", from = session.full_jid, to = contact }), true);
			end
		end
	end
end

local function reconcile_user(bare, user)
	for domain, was in pairs(user.federation_shown) do
		local now = not gate.judge(bare, domain, domain, false, "presence-available");
		if was ~= now then
			user.federation_shown[domain] = now;
			if now then announce(user, domain); else withdraw(user, domain); end
		end
	end
end

-- Acts on whatever changed since the last time. Runs in slices.
function presence.reconcile()
	local online = {};
	for bare in pairs(bare_sessions) do online[#online + 1] = bare; end
	for _, bare in ipairs(online) do
		local user = bare_sessions[bare];
		if user and user.federation_shown then
			local ok, problem = pcall(reconcile_user, bare, user);
			if not ok then module:log("error", "Presence of %s: %s", bare, problem); end
		end
		control.slices.breathe();
	end
end

return presence;

end;
