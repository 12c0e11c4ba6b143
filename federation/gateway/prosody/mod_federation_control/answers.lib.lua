-- What a local sender is told: the stanza error of RFC 6120 8.3, a sentence, and an element for machines.

local st = require "util.stanza";

local XMLNS = "urn:federation-control:1";

-- code -> error type, condition. RFC 6120 8.3.3.10 names a blacklisted domain as not-allowed; a person who
-- lacks a right is forbidden; what may pass by itself is worth a wait.
local conditions = {
	["no-snapshot"] = { "wait", "service-unavailable" };
	["edge-federation-off"] = { "cancel", "not-allowed" };
	["partner-unknown"] = { "cancel", "not-allowed" };
	["group-chat"] = { "cancel", "not-allowed" };
};
local forbidden = { "auth", "forbidden" };

local sentences = {
	en = {
		["no-snapshot"] = "This server has not received its federation rules, or they are too old. Try again later.";
		["edge-federation-off"] = "Your organisation has turned off communication with other organisations.";
		["partner-unknown"] = "Your organisation does not communicate with this domain.";
		["user-unknown"] = "Your account may not communicate with other organisations: it is not in the directory.";
		["user-disabled"] = "Your account is disabled for communication with other organisations.";
		["home-survivable"] = "The server your account is homed on does not communicate with other organisations.";
		["policy-federation-off"] = "Your external access policy does not allow communication with other organisations.";
		["policy-xmpp-off"] = "Your external access policy does not allow communication with XMPP partners.";
		["group-chat"] = "Group chat with other organisations is not possible.";
		["too-many-waiting"] = "Too many messages wait for the server of this domain, which does not answer. Try again later.";
	};
	fr = {
		["no-snapshot"] = "Ce serveur n’a pas reçu ses règles de fédération, ou elles sont trop anciennes. Réessayez plus tard.";
		["edge-federation-off"] = "Votre organisation a désactivé la communication avec d’autres organisations.";
		["partner-unknown"] = "Votre organisation ne communique pas avec ce domaine.";
		["user-unknown"] = "Votre compte ne peut pas communiquer avec d’autres organisations : il n’est pas dans l’annuaire.";
		["user-disabled"] = "Votre compte est désactivé pour la communication avec d’autres organisations.";
		["home-survivable"] = "Le serveur qui héberge votre compte ne communique pas avec d’autres organisations.";
		["policy-federation-off"] = "Votre stratégie d’accès externe n’autorise pas la communication avec d’autres organisations.";
		["policy-xmpp-off"] = "Votre stratégie d’accès externe n’autorise pas la communication avec les partenaires XMPP.";
		["group-chat"] = "La conversation de groupe avec d’autres organisations n’est pas possible.";
		["too-many-waiting"] = "Trop de messages attendent le serveur de ce domaine, qui ne répond pas. Réessayez plus tard.";
	};
};

local answers = {};

-- Whether RFC 6120 lets this stanza be answered with an error at all.
function answers.due(stanza)
	local kind = stanza.attr.type;
	if kind == "error" then return false; end
	return stanza.name == "message" or stanza.name == "iq" and (kind == "get" or kind == "set");
end

local of_contacts = { ["presence-subscribe"] = true, ["presence-subscribed"] = true,
	["presence-unsubscribe"] = true, ["presence-unsubscribed"] = true };

-- What a person does on purpose is answered even when it is presence: what concerns contacts, and joining a room. What
-- clients do by themselves is not, nor what the server does for them: it asks again at each sign-in for what was
-- asked once, and withdraws from who is taken off a contact list.
function answers.on_purpose(stanza, kind)
	return of_contacts[kind] or kind == "room-join" and not stanza.attr.type;
end

-- An error with a sentence in the stanza's language.
local function in_words(stanza, kind, code)
	local language = (stanza.attr["xml:lang"] or "en"):lower():match("^%a+") or "en";
	if not sentences[language] then language = "en"; end
	local reply = st.error_reply(stanza, kind[1], kind[2]);
	reply:get_child("error"):text_tag("text", sentences[language][code] or code,
		{ xmlns = "urn:ietf:params:xml:ns:xmpp-stanzas", ["xml:lang"] = language });
	return reply;
end

-- The answer to one of ours who was refused.
function answers.refused(stanza, code, revision)
	local reply = in_words(stanza, conditions[code] or forbidden, code);
	local fault = reply:get_child("error");
	fault:tag("refused", { xmlns = XMLNS, code = code, revision = tostring(revision or 0) }):up();
	return reply;
end

-- The answer to one of ours when no more can wait for a stream.
function answers.too_many(stanza) return in_words(stanza, { "wait", "resource-constraint" }, "too-many-waiting"); end

-- The answer to an outsider: the same as for somebody who does not exist.
function answers.nobody(stanza) return st.error_reply(stanza, "cancel", "service-unavailable"); end

return answers;
