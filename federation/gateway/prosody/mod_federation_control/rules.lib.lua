-- May they talk? Rules 1 to 9 of the design, in its order, with its codes; the same function as
-- federation/decisions/rules.py, compared with it on random cases. Plain Lua, without Prosody.

local rules = {};

-- What people of a partner may do, by its type (federation/partners/rules.py, MEANINGS).
rules.types = {
	["federated"] = { may_write = true, sees_notes = true };
	["public-verified"] = { may_write = true, sees_notes = false };
	["public-unverified"] = { may_write = false, sees_notes = false };
};

-- Rule 0: what stands in the place of a partner's record when both domains are ours. It is no federation, so nothing is
-- asked of stanzas; streams between two gateways are as strict as a partner's record is when it is made.
rules.internal = { internal = true, type = "federated", keep_alive = true, can = { ["sasl-tls"] = true } };

local kinds = {
	message = { normal = "message-normal", chat = "message-chat", headline = "message-headline",
		groupchat = "message-groupchat", error = "message-error" };
	presence = { available = "presence-available", unavailable = "presence-unavailable",
		subscribe = "presence-subscribe", subscribed = "presence-subscribed",
		unsubscribe = "presence-unsubscribe", unsubscribed = "presence-unsubscribed",
		probe = "presence-probe", error = "presence-error" };
	iq = { get = "iq-get", set = "iq-set", result = "iq-result", error = "iq-error" };
};
local untyped = { message = "normal", presence = "available" };

local withdrawals = { ["presence-unsubscribe"] = true, ["presence-unsubscribed"] = true };
local group_chat = { ["message-groupchat"] = true, ["room-join"] = true,
	["room-invitation-mediated"] = true, ["room-invitation-direct"] = true, ["room-invitation-channel"] = true };
-- All that passes to and from a domain of rooms.
local leaving = { ["presence-unsubscribe"] = true, ["presence-unsubscribed"] = true, ["presence-unavailable"] = true };

-- Kinds that a rule names. Of all others decide() says the same.
rules.named = {};
for _, kinds_of_rule in ipairs { leaving, group_chat } do
	for kind in pairs(kinds_of_rule) do rules.named[kind] = true; end
end

-- What a child element makes of a stanza, by its namespace and the stanza's name (XEP-0045, XEP-0249). In a
-- message of muc#user it is an invitation, its refusal, or a private word through a room: all go through one.
local through_a_room = { presence = "room-join", message = "room-invitation-mediated" };
local room_kinds = {
	["http://jabber.org/protocol/muc"] = through_a_room;
	["http://jabber.org/protocol/muc#user"] = through_a_room;
	["jabber:x:conference"] = { message = "room-invitation-direct" };
};
-- Rooms of MIX are channels (XEP-0369, 0405, 0407), and every namespace of theirs begins alike. What is said in a
-- channel or to one is for everybody there.
local MIX = "urn:xmpp:mix:";
local of_channel = { presence = "room-join", message = "room-invitation-channel", iq = "room-join" };

local function of_room(xmlns)
	return room_kinds[xmlns] or xmlns and xmlns:sub(1, #MIX) == MIX and of_channel or nil;
end

-- The kind of a stanza, by the names of federation/decisions/facts.py; nil when it is no stanza we know.
function rules.kind(stanza)
	local name, stanza_type = stanza.name, stanza.attr.type;
	local of_name = kinds[name];
	if not of_name then return nil; end
	local kind = of_name[stanza_type or untyped[name]];
	if stanza_type == "error" or stanza_type == "result" or withdrawals[kind] then return kind; end
	if name == "iq" and not kind then return nil; end
	local tags = stanza.tags;
	for i = 1, #tags do
		local made = of_room(tags[i].attr.xmlns);
		if made and made[name] then return made[name]; end
	end
	-- RFC 6121, 5.2.2: a message of an unknown type is a normal one.
	return kind or name == "message" and "message-normal" or nil;
end

-- Rules 3 to 7: the code that refuses this user, or nil. `user` is nil or a record as state.lib.lua makes it.
function rules.standing(user)
	if not user then return "user-unknown"; end
	if not user.enabled then return "user-disabled"; end
	if user.survivable then return "home-survivable"; end
	if not user.federation then return "policy-federation-off"; end
	if not user.xmpp then return "policy-xmpp-off"; end
end

-- The code of the first rule that refuses, or nil when the stanza may pass.
--   edge     whether federation is on at the edge
--   partner  nil or a table with `type`: the partner whose domain *is* the remote domain; or rules.internal
--   place    what the local address is: "user", "server" (no local part) or "component"
--   user     for a user: his record, or nil when the directory has none
--   inbound  the direction
--   kind     as rules.kind() says
--   contact  whether the remote address is on the user's contact list. Only the last rule asks: who finds it dear
--            to know says false, and looks when the answer is "contact-required".
--   rooms    whether what answers at the remote domain is a service of rooms
function rules.decide(edge, partner, place, user, inbound, kind, contact, rooms)
	if partner and partner.internal then return nil; end
	-- A person may always withdraw from a partner; at a component there is no person.
	local withdrawal = partner and withdrawals[kind] and place ~= "component";
	if not (edge or withdrawal) then return "edge-federation-off"; end
	if not partner then return "partner-unknown"; end
	if place == "server" then return nil; end
	if place == "component" then return "group-chat"; end
	if withdrawal then return nil; end
	local code = rules.standing(user);
	if code then return code; end
	if group_chat[kind] or rooms and not leaving[kind] then return "group-chat"; end
	if inbound and not rules.types[partner.type].may_write and not contact then
		return "contact-required";
	end
end

-- Of these kinds a stanza that may pass goes on emptied when only an exemption let it: when the same sender's ordinary
-- message would be refused.
rules.leaving, rules.ordinary = leaving, "message-chat";

-- Whether a presence stanza leaves without its status note: people of public partners see none.
function rules.strips_status(partner, name)
	return name == "presence" and not rules.types[partner.type].sees_notes;
end

return rules;
