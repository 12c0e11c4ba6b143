-- The two timeouts of the XMPP gateway configuration, as they are now: a stream that is not authenticated in time is
-- given up, and one that carries no stanza for long is closed. Both ways; a change holds for streams that are there.
--
-- Messages, presence and IQs in either direction count, pings by IQ among them. Blanks do not, ours or theirs: RFC 6120
-- 4.6 has them show that a connection is alive, and an idle peer is one that sends no stanzas. Where they counted, no
-- stream that is kept alive would ever be idle. What acknowledges stanzas (XEP-0198) is no stanza either.

local timer = require "util.timer";
local monotonic = require "util.time".monotonic;

local EVERY = 1; -- seconds between two looks at all streams
local BEYOND = 24 * 3600; -- for Prosody's own timeout, which is read once: ours is never longer
local LINGER = 10; -- seconds for a connection that outlives its stream
local STANZAS = { message = true, presence = true, iq = true };

return function (control)

local timeouts = {};
local internals = control.internals;
local configuration, filters = internals.configuration, internals.filters;
local own = module:get_option_number("s2s_timeout", 90);

-- All that a stanza costs; the looks do the rest.
local function passes(stanza, session)
	if STANZAS[stanza.name] then session.federation_busy = true; end
	return stanza;
end

local function watch(session)
	if session.type ~= "s2sin_unauthed" and session.type ~= "s2sout_unauthed" then return; end
	filters.add_filter(session, "stanzas/in", passes);
	filters.add_filter(session, "stanzas/out", passes);
end

local function give_up(session)
	session.log("info", "Not authenticated in time");
	if internals.is_connected(session) then
		session:close({ condition = "connection-timeout", text = "Not authenticated in time" }, nil, "Not authenticated in time");
	else -- the other server has not answered at all
		internals.destroy(session, "connection-timeout", "The other server did not answer in time");
	end
	control.news();
end

-- Politely on a stream that the other side opened: what it had sent already is still taken, and its closing tag is
-- waited for. The connection of one that we opened is closed at once by mod_s2s, after our closing tag.
local function close_idle(session)
	session.log("info", "No stanza for long: closing");
	session.federation_closing = true;
	session:close();
	control.news();
end

local function look(session, now, establishment, inactivity)
	local since = session.federation_watched_since;
	if not since then
		session.federation_watched_since, session.federation_busy = now, true;
	elseif internals.is_destroyed(session) then
		if now - since >= LINGER then internals.close_connection(session); end
	elseif session.federation_closing then
		return;
	elseif session.type ~= "s2sin" and session.type ~= "s2sout" then
		if now - since >= establishment then give_up(session); end
	elseif session.federation_busy then
		session.federation_busy, session.federation_idle = false, now;
	elseif inactivity and now - (session.federation_idle or now) >= inactivity then
		close_idle(session);
	end
end

local function look_at_all()
	local now, limits = monotonic(), control.state and control.state.limits or {};
	local establishment = tonumber(limits.establishment_timeout) or own;
	local inactivity = tonumber(limits.inactivity_timeout);
	for session in pairs(internals.streams()) do
		local ok, problem = pcall(look, session, now, establishment, inactivity);
		if not ok then module:log("error", "Looking at a stream: %s", problem); end
	end
end

local written; -- in the configuration
local function lift_prosodys_own() -- also called where nothing was read anew: a new certificate is a reload, too
	local found = configuration.get("*", "s2s_timeout");
	if found ~= BEYOND then written = found; end
	configuration.set("*", "s2s_timeout", BEYOND);
end

-- Before mod_s2s is loaded. Returns a function that ends it.
function timeouts.install()
	lift_prosodys_own();
	module:hook("config-reloaded", lift_prosodys_own);
	filters.add_filter_hook(watch);
	timer.add_task(EVERY, function ()
		if control.unloaded then return; end
		look_at_all();
		return EVERY;
	end);
	return function ()
		filters.remove_filter_hook(watch);
		configuration.set("*", "s2s_timeout", written); -- who is loaded again reads it
	end;
end

return timeouts;

end;
