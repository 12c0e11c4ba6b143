-- Which partners' domains are services of rooms. By the protocol before XEP-0045, presence to an address in a room is a
-- join, and nothing in it tells it from presence to a person's client: only the domain does. So each one is asked for
-- its identity (XEP-0030) when people of ours first have to do with it, and again after a day; no answer means people.
-- What could be a join waits for the first answer, and what its sender says to the same address meanwhile waits behind it.

local jid = require "util.jid";
local monotonic = require "util.time".monotonic;
local st = require "util.stanza";
local timer = require "util.timer";
local new_id = require "util.id".medium;

local DISCO = "http://jabber.org/protocol/disco#info";
local PATIENCE = 3; -- seconds for an answer, of those that the stream stands
local EVERY = 0.25; -- seconds between two looks at the stream
local LATEST = 120; -- seconds until no answer is taken any more
local AGAIN = 24 * 3600; -- seconds until a domain is asked again
local AFTER_SILENCE = 600; -- and until one that did not answer is, when it matters
local MOST_KNOWN = 10000; -- domains
local MOST_ASKED = 500; -- questions under way
local MOST_WAITING = 500; -- stanzas

return function (control)

local gate, internals = control.gate, control.internals;
local rooms = {};
-- domain -> { is_rooms = true, false or nil (it never answered), asked = when last, asking = true while it is, silent = true
-- once it has taken too long, waiting = stanzas until then }
local known, known_so_far, asked, waiting = {}, 0, 0, 0;

function rooms.is(domain)
	local found = known[domain];
	return found and found.is_rooms or false;
end

-- Domains that are services of rooms, of those that are a partner's.
function rooms.list()
	local found = {};
	for domain, entry in pairs(known) do
		if entry.is_rooms and gate.partner(domain) then found[#found + 1] = domain; end
	end
	return found;
end

local function entry_of(domain)
	local found = known[domain];
	if found then return found; end
	if known_so_far >= MOST_KNOWN then -- those that are being asked still tell who waits for them
		known, known_so_far = {}, 0;
	end
	found = { asked = -math.huge };
	known[domain], known_so_far = found, known_so_far + 1;
	return found;
end

-- Whether a stanza could be a join: directed presence, to an address with a resource.
function rooms.could_be_join(stanza)
	return stanza.name == "presence" and stanza.attr.type == nil and jid.resource(stanza.attr.to) ~= nil;
end

-- As if it had just come. Who went offline meanwhile joins nothing, and what he said before is delivered.
local function send_on(origin, stanza)
	if not internals.is_destroyed(origin) then
		internals.post_stanza(origin, stanza, true);
	elseif not rooms.could_be_join(stanza) then
		internals.post_stanza(internals.hosts[jid.host(stanza.attr.from)], stanza);
	end
end

-- Sends what waited: by now it can be told what it is.
local function release(entry)
	local held = entry.waiting or {};
	entry.waiting = nil;
	waiting = waiting - #held;
	entry.releasing = true;
	for _, each in ipairs(held) do send_on(each.origin, each.stanza); end
	entry.releasing = nil;
end

-- Nobody could be asked, so what waits could not be delivered either. The next one asks again.
local function give_back(entry, problem)
	for _, each in ipairs(entry.waiting or {}) do
		waiting = waiting - 1;
		local is_told = control.answers.due(each.stanza) or rooms.could_be_join(each.stanza);
		if is_told and not internals.is_destroyed(each.origin) and each.origin.send then
			each.origin.send(st.error_reply(each.stanza, "wait", problem.condition, problem.text));
		end
	end
	entry.waiting, entry.asked = nil, -math.huge;
end

local function answered(entry, is_rooms)
	asked, entry.asking, entry.silent = asked - 1, nil, nil;
	if is_rooms ~= nil and is_rooms ~= (entry.is_rooms or false) then
		entry.is_rooms = is_rooms;
		gate.forget();
		control.changed();
		control.news();
	elseif is_rooms ~= nil then
		entry.is_rooms = is_rooms;
	end
	release(entry);
end

local function is_conference(answer)
	local query = answer:get_child("query", DISCO);
	for identity in (query or answer):childtags("identity") do
		if identity.attr.category == "conference" then return true; end
	end
	return false;
end

-- What waits is not kept for long once the question has left, and no longer than the stream that it left on: an answer
-- that comes later counts from then on.
local function watch(entry, domain, here)
	local stood_since;
	timer.add_task(EVERY, function (now)
		if not entry.asking or control.unloaded then return; end
		local is_coming = internals.hosts[here] and internals.stream_to(here, domain) ~= nil;
		stood_since = internals.stream_stands(here, domain) and (stood_since or now) or nil;
		if is_coming and (not stood_since or now - stood_since < PATIENCE) then return EVERY; end
		entry.silent = true;
		release(entry);
	end);
end

local function is_unreachable(entry, problem)
	local condition = type(problem) == "table" and problem.condition;
	return not entry.silent and (condition == "remote-server-not-found" or condition == "remote-server-timeout");
end

local function ask(entry, domain, here)
	asked, entry.asking, entry.asked = asked + 1, true, monotonic();
	timer.add_task(0, function () -- not before the stanza that led to the question
		local question = st.iq({ type = "get", from = here, to = domain, id = new_id() }):tag("query", { xmlns = DISCO });
		gate.pass(question);
		watch(entry, domain, here);
		module:context(here):send_iq(question, nil, LATEST):next(function (event)
			answered(entry, is_conference(event.stanza));
		end, function (problem)
			if is_unreachable(entry, problem) then give_back(entry, problem); end
			answered(entry, nil);
		end);
	end);
end

-- The host of a person of ours, when the other domain is a partner's: nobody else's is asked, nor for anybody else.
local function asks_for(address, domain)
	local node, host = jid.split(address);
	local peer = node and gate.peer(domain, host);
	local here = internals.hosts[host];
	return peer and not peer.internal and here and here.type == "local" and host or nil;
end

-- An address of ours has to do with a domain.
function rooms.met(address, domain)
	local entry = known[domain];
	if entry and (entry.asking or monotonic() - entry.asked < AGAIN) or asked >= MOST_ASKED then return; end
	local here = asks_for(address, domain);
	if here then ask(entry_of(domain), domain, here); end
end

-- Who sees a person's presence anyway is a person: rooms ask for nobody's.
local function sees_anyway(origin, address)
	local item = internals.roster(origin)[jid.bare(address)];
	return item and (item.subscription == "both" or item.subscription == "from") or false;
end

local function follows(entry, origin, address)
	local bare = jid.bare(address);
	for _, each in ipairs(entry.waiting) do
		if each.origin == origin and jid.bare(each.stanza.attr.to) == bare then return true; end
	end
	return false;
end

local function wait(entry, origin, stanza)
	entry.waiting = entry.waiting or {};
	table.insert(entry.waiting, { origin = origin, stanza = st.clone(stanza) });
	waiting = waiting + 1;
	return true;
end

-- Whether what would pass waits: true while it does, false when it is refused because it cannot, nil when it need not.
function rooms.holds(origin, stanza, address, domain)
	local entry = known[domain];
	if entry and entry.releasing then return nil; end
	if entry and entry.waiting and waiting < MOST_WAITING and follows(entry, origin, stanza.attr.to) then
		return wait(entry, origin, stanza);
	end
	if not rooms.could_be_join(stanza) or sees_anyway(origin, stanza.attr.to) then return nil; end
	local here = asks_for(address, domain);
	if not here then return nil; end
	entry = entry_of(domain);
	if entry.is_rooms ~= nil or entry.silent or not entry.asking and monotonic() - entry.asked < AFTER_SILENCE then return nil; end
	if waiting >= MOST_WAITING or not entry.asking and asked >= MOST_ASKED then return false; end
	if not entry.asking then ask(entry, domain, here); end
	return wait(entry, origin, stanza);
end

return rooms;

end;
