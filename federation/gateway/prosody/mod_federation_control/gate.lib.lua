-- Where stanzas are asked: three hooks on every host, components too, before anything else sees the stanza.
--   pre-stanza          what a client sends, before the roster, the archive and carbons know of it
--   route/remote        the last gate out: what the server makes itself, components, dialback keys
--   message|presence|iq what arrives from another server, on its stream or on our own (bidirectional)

local jid = require "util.jid";
local jid_split, jid_host, jid_bare = jid.split, jid.host, jid.bare;
local load_roster = require "core.rostermanager".load_roster;
local st = require "util.stanza";
local to_ascii = require "util.encodings".idna.to_ascii;

local hosts, bare_sessions = prosody.hosts, prosody.bare_sessions;
local PRIORITY = 1000;

return function (control)

local rules, report, answers = control.rules, control.report, control.answers;
local decide, kind_of = rules.decide, rules.kind;
local gate = {};

-- The stanza that was judged a moment ago on its way to route/remote: it is not asked twice. A broadcast is
-- one stanza with one address after the other, hence the address.
local passed, passed_to, passed_partner;

-- Lets a stanza of our own through the last gate.
function gate.pass(stanza, partner) passed, passed_to, passed_partner = stanza, stanza.attr.to, partner; end

-- Domains are compared as the panel stores them: in A-labels.
local function ascii(domain)
	return domain:find("[\128-\255]") and to_ascii(domain) or domain;
end

function gate.partner(domain)
	local state = control.current();
	return state and domain and state.partners[ascii(domain)] or nil;
end

local contact_node, contact_host, contact_remote;
local function contact()
	local roster = load_roster(contact_node, contact_host);
	return roster ~= nil and roster[jid_bare(contact_remote)] ~= nil;
end

-- The code that refuses, or nil; and the partner.
function gate.judge(node, host, remote, domain, inbound, kind)
	local state = control.current();
	if not state then return "no-snapshot"; end
	local partner = state.partners[ascii(domain)];
	local name = ascii(host);
	local place, user = "user", nil;
	if hosts[host] and hosts[host].type == "component" then
		place = "component";
	elseif state.domains[name] then
		if node then user = state:user(node, name); else place = "server"; end
	end
	contact_node, contact_host, contact_remote = node, host, remote;
	return decide(state.edge, partner, place, user, inbound, kind, contact), partner;
end

local function refuse(code, direction, node, host, remote, kind)
	report.refuse(code, direction, node and node .. "@" .. host or host, jid_bare(remote), kind);
end

-- What a person does on purpose is answered even when it is presence; what clients do by themselves is not.
local function is_told(stanza, kind)
	return answers.due(stanza) or kind == "presence-subscribe" or kind == "room-join" and not stanza.attr.type;
end

-- Remembers, of a user who is online, whether his presence went to a domain: presence.lib.lua acts on changes.
local function note_presence(node, host, domain, allowed)
	local user = node and bare_sessions[node .. "@" .. host];
	if not user then return; end
	local shown = user.federation_shown;
	if not shown then
		shown = {};
		user.federation_shown = shown;
	end
	shown[domain] = allowed;
end

local function judge_outbound(origin, stanza, node, host, domain)
	local kind = kind_of(stanza);
	if not kind then return "unknown-stanza"; end
	local code, partner = gate.judge(node, host, stanza.attr.to, domain, false, kind);
	if kind == "presence-available" or kind == "presence-probe" then note_presence(node, host, domain, not code); end
	if not code then
		report.pass("outbound");
		return nil, partner;
	end
	refuse(code, "outbound", node, host, stanza.attr.to, kind);
	if (origin.type == "c2s" or origin.type == "component") and is_told(stanza, kind) then
		origin.send(answers.refused(stanza, code, control.state and control.state.revision));
	end
	return code;
end

local function from_client(event)
	local stanza = event.stanza;
	local to = stanza.attr.to;
	local domain = to and jid_host(to);
	if not domain or hosts[domain] then return; end
	local origin = event.origin;
	local node, host = origin.username, origin.host;
	if not node then node, host = jid_split(stanza.attr.from or host); end
	local code, partner = judge_outbound(origin, stanza, node, host, domain);
	if code then return true; end
	gate.pass(stanza, partner);
end

-- Whatever namespace a note says it is of: stanzas that the server makes do not always say the usual one.
local function without_status(stanza)
	for _, tag in ipairs(stanza.tags) do
		if tag.name == "status" then
			return st.clone(stanza):maptags(function (child) return child.name ~= "status" and child or nil; end);
		end
	end
	return stanza;
end

local function to_remote(event)
	local stanza = event.stanza;
	local partner;
	if stanza == passed and stanza.attr.to == passed_to then
		partner, passed = passed_partner, nil;
	elseif stanza.name == "db:verify" or stanza.name == "db:result" then
		return not control.negotiation.may_dial_back(event.to_host) or nil;
	else
		local node, host = jid_split(stanza.attr.from or event.from_host);
		local code;
		code, partner = judge_outbound(event.origin or hosts[event.from_host], stanza, node, host, event.to_host);
		if code then return true; end
	end
	if partner and rules.strips_status(partner, stanza.name) then event.stanza = without_status(stanza); end
end

local function refuse_inbound(origin, stanza, code)
	if code == "partner-unknown" or code == "no-snapshot" then
		control.streams.close(origin, "policy-violation");
	elseif answers.due(stanza) then
		local reply = answers.nobody(stanza);
		gate.pass(reply);
		origin.send(reply);
	end
	return true;
end

local function from_remote(event)
	local origin = event.origin;
	if origin.type ~= "s2sin" and origin.type ~= "s2sout" then return; end
	if origin.dummy then return; end -- mod_s2s itself says that a stream failed
	local stanza = event.stanza;
	local kind = kind_of(stanza);
	if not kind then return true; end
	local from, to = stanza.attr.from, stanza.attr.to;
	local node, host = jid_split(to);
	local domain = jid_host(from);
	local code = gate.judge(node, host, from, domain, true, kind);
	if code then
		refuse(code, "inbound", node, host, from, kind);
		return refuse_inbound(origin, stanza, code);
	end
	report.pass("inbound");
	if node and stanza.name == "presence" then control.presence.saw(node, host, from, domain, stanza.attr.type); end
end

-- Guards a host. Hooks live in `context`, a module API of that host.
function gate.guard(context)
	context:hook("pre-stanza", from_client, PRIORITY);
	context:hook("route/remote", to_remote, PRIORITY);
	for _, name in ipairs { "message", "presence", "iq" } do
		for _, target in ipairs { "bare", "full", "host" } do
			context:hook(name .. "/" .. target, from_remote, PRIORITY);
		end
	end
end

return gate;

end;
