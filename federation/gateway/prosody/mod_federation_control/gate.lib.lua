-- Where stanzas are asked: three hooks on every host, components too, before anything else sees the stanza.
--   pre-stanza          what a client sends, before the roster, the archive and carbons know of it
--   route/remote        the last gate out: what the server makes itself, components, dialback keys
--   message|presence|iq what arrives from another server, on its stream or on our own (bidirectional)

local jid = require "util.jid";
local jid_split, jid_bare = jid.split, jid.bare;
local st = require "util.stanza";
local to_ascii = require "util.encodings".idna.to_ascii;

local PRIORITY = 1000;
local MOST_KNOWN = 10000; -- entries of each memory: one or two megabytes, seven at the most
local LONGEST = 256; -- bytes of an address that is remembered: others choose resources, of up to a kilobyte

return function (control)

local rules, report, answers = control.rules, control.report, control.answers;
local internals, hosts = control.internals, control.internals.hosts;
local decide, kind_of, named = rules.decide, rules.kind, rules.named;
local leaving, ordinary = rules.leaving, rules.ordinary;
local empty, without_status = control.stripping.empty, control.stripping.without_status;
local gate = {};

-- Local part and domain of an address. People talk with the same ones again and again, and taking an address
-- apart costs more than the rest of a decision.
local nodes, domains, split_so_far = {}, {}, 0;
local function split(address)
	local domain = domains[address];
	if domain then return nodes[address], domain; end
	local node, host = jid_split(address);
	if not host then return nil; end
	if #address > LONGEST then return node, host; end
	if split_so_far >= MOST_KNOWN then nodes, domains, split_so_far = {}, {}, 0; end
	nodes[address], domains[address], split_so_far = node, host, split_so_far + 1;
	return node, host;
end

-- The stanza that was judged a moment ago on its way to route/remote: it is not asked twice. A broadcast is
-- one stanza with one address after the other, hence the address. Fields and not local variables: what a local
-- variable of a closure is set to grows old at once for Lua's generational collector, with all of the stanza.
local passed = {};

-- Lets a stanza of our own through the last gate.
function gate.pass(stanza, emptied) passed.stanza, passed.to, passed.emptied = stanza, stanza.attr.to, emptied; end

-- Domains are compared as the panel stores them: in A-labels. What is there as it stands needs no other look.
local function found(names, domain)
	local value = names[domain];
	if value or not domain:find("[\128-\255]") then return value, domain; end
	local name = to_ascii(domain) or domain;
	return names[name], name;
end

function gate.partner(domain)
	local state = control.current();
	return state and domain and (found(state.partners, domain)) or nil;
end

-- The record that counts between a domain of others and one that is hosted here: a partner's, rules.internal between two
-- domains of ours, or nil. Nobody else speaks for a domain that is hosted here.
local function peer(state, domain, here)
	if here and not hosts[domain] and (found(state.domains, domain)) and (found(state.domains, here)) then
		return rules.internal;
	end
	return (found(state.partners, domain));
end

function gate.peer(domain, here)
	local state = control.current();
	return state and domain and peer(state, domain, here) or nil;
end

local function by_rules(state, node, host, domain, inbound, kind)
	local place, user = "user", nil;
	local here = hosts[host];
	if here and here.type == "component" then
		place = "component";
	else
		local ours, name = found(state.domains, host);
		if ours and node then user = state:user(node, name); elseif ours then place = "server"; end
	end
	return decide(state.edge, peer(state, domain, host), place, user, inbound, kind, false, control.rooms.is(domain));
end

-- What the rules in force said of an address of ours and a domain outside, of kinds that no rule names: code or
-- false. Direction -> domain -> address; for one state only.
local known, known_of, known_so_far;
local function forget(state) known, known_of, known_so_far = { [true] = {}, [false] = {} }, state, 0; end
forget();

function gate.forget() forget(); end

local function remembered(state, address, domain, inbound, kind)
	if state ~= known_of or known_so_far >= MOST_KNOWN then forget(state); end
	local of_domain = known[inbound][domain];
	local code = of_domain and of_domain[address];
	if code ~= nil then return code; end
	local node, host = split(address);
	code = by_rules(state, node, host, domain, inbound, kind) or false;
	if #address > LONGEST or #domain > LONGEST then return code; end
	if not of_domain then
		of_domain = {};
		known[inbound][domain] = of_domain;
	end
	of_domain[address], known_so_far = code, known_so_far + 1;
	return code;
end

-- The code that refuses, or nil or false, and then whether the stanza goes on emptied. The first address is ours;
-- `domain` is that of the other.
function gate.judge(address, remote, domain, inbound, kind)
	local state = control.current();
	if not state then return "no-snapshot"; end
	local code;
	if named[kind] then
		local node, host = split(address);
		code = by_rules(state, node, host, domain, inbound, kind);
	else
		code = remembered(state, address, domain, inbound, kind);
	end
	if code == "contact-required" and control.contacts.has(address, remote) then code = nil; end
	if code or not leaving[kind] then return code; end
	return nil, (gate.judge(address, remote, domain, inbound, ordinary) or nil) ~= nil;
end

local function refuse(code, direction, address, remote, kind)
	report.refuse(code, direction, jid_bare(address), jid_bare(remote), kind);
end

-- Remembers, of a user who is online, whether his presence went to a domain: presence.lib.lua acts on changes.
local function note_presence(address, domain, allowed)
	local notes = internals.notes(jid_bare(address));
	if not notes then return; end
	notes.shown = notes.shown or {};
	notes.shown[domain] = allowed;
end

-- Answers one of ours. What a person sent and the server kept is answered to his full address, or what concerns contacts
-- to all his clients; what the server made itself is not.
local function answer(origin, reply)
	if origin.type == "c2s" or origin.type == "component" then
		origin.send(reply);
	else
		local _, host, resource = jid_split(reply.attr.to);
		if hosts[host] and (resource or reply.name == "presence") then internals.post_stanza(hosts[host], reply); end
	end
end

local function answer_refused(origin, stanza, code)
	answer(origin, answers.refused(stanza, code, control.state and control.state.revision));
end

-- Answers a stanza with what `make` makes of it, where one is due.
function gate.tell(origin, stanza, make)
	if answers.due(stanza) then answer(origin, make(stanza)); end
end

-- Whether a refusal is answered. With `code` so is that of presence that was to join a room, seen by the domain only.
local function is_told(stanza, kind, sent_by_hand, code)
	if answers.due(stanza) then return true; end
	local joins = code == "group-chat" and control.rooms.could_be_join(stanza);
	return sent_by_hand and (answers.on_purpose(stanza, kind) or joins);
end

local function judge_outbound(origin, stanza, address, domain, sent_by_hand)
	local kind = kind_of(stanza);
	if not kind then return "unknown-stanza"; end
	local code, emptied = gate.judge(address, stanza.attr.to, domain, false, kind);
	if not code then
		local held = control.rooms.holds(origin, stanza, address, domain);
		if held then return "held"; end
		if held == false then code = "group-chat"; end
	end
	if kind == "presence-available" or kind == "presence-probe" then note_presence(address, domain, not code); end
	if not code then
		control.rooms.met(address, domain);
		report.pass("outbound", address, stanza.attr.to, kind);
		return nil, emptied;
	end
	refuse(code, "outbound", address, stanza.attr.to, kind);
	if is_told(stanza, kind, sent_by_hand, origin.full_jid and code) then answer_refused(origin, stanza, code); end
	return code;
end

-- Who sends it: a client's own address, whatever the stanza says; else what a component says.
local function sender(origin, stanza)
	if origin.full_jid then return origin.full_jid; end
	return origin.username and origin.username .. "@" .. origin.host or stanza.attr.from or origin.host;
end

local function from_client(event)
	local stanza = event.stanza;
	local to = stanza.attr.to;
	if not to then return; end
	local _, domain = split(to);
	if not domain or hosts[domain] then return; end
	local origin = event.origin;
	local code, emptied = judge_outbound(origin, stanza, sender(origin, stanza), domain, stanza.attr.from == origin.full_jid);
	if code then return true; end
	gate.pass(stanza, emptied);
end

-- The stanza that leaves in the place of one that may: itself, or it emptied, or without its status note.
local function as_it_leaves(stanza, from_host, domain, emptied)
	if stanza.name ~= "presence" then return stanza; end
	if emptied then return empty(st.clone(stanza)); end
	local partner = gate.peer(domain, from_host);
	return partner and rules.strips_status(partner, "presence") and without_status(stanza) or stanza;
end

local function is_dialback(name) return name == "db:verify" or name == "db:result"; end

local function to_remote(event)
	local stanza, code, emptied = event.stanza, nil, nil;
	if stanza == passed.stanza and stanza.attr.to == passed.to then
		emptied, passed.stanza = passed.emptied, nil;
	elseif is_dialback(stanza.name) then
		return not control.negotiation.may_dial_back(event.to_host) or nil;
	else
		local address, origin = stanza.attr.from or event.from_host, event.origin or hosts[event.from_host];
		code, emptied = judge_outbound(origin, stanza, address, event.to_host, origin.type == "component");
		if code then return true; end
	end
	event.stanza = as_it_leaves(stanza, event.from_host, event.to_host, emptied);
end

-- The same of a stanza that passed before and has not left yet: the stanza that may leave, or nil, the code that refuses it
-- and its kind. `stanza` is nil when only its name can be read. That somebody goes offline leaves, emptied, who lost
-- access too: his contacts are told so.
function gate.judge_again(stanza, name, from_host, domain)
	if is_dialback(name) then return control.negotiation.may_dial_back(domain) and (stanza or name) or nil; end
	local kind = stanza and kind_of(stanza);
	if not kind then return nil, "unknown-stanza"; end
	local code, emptied = gate.judge(stanza.attr.from or from_host, stanza.attr.to, domain, false, kind);
	if code and kind == "presence-unavailable" and gate.peer(domain, from_host) then code, emptied = nil, true; end
	if code then return nil, code, kind; end
	return as_it_leaves(stanza, from_host, domain, emptied);
end

-- Says of a stanza that it was refused after all.
function gate.refuse_again(stanza, code, kind, from_host)
	if not kind then return; end
	refuse(code, "outbound", stanza.attr.from or from_host, stanza.attr.to, kind);
	if is_told(stanza, kind, true) then answer_refused(hosts[from_host], stanza, code); end
end

local function refuse_inbound(origin, stanza, code)
	if code == "no-snapshot" or code == "partner-unknown" and not gate.peer(control.streams.remote(origin)) then
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
	local origin_type = origin.type;
	if origin_type ~= "s2sin" and origin_type ~= "s2sout" then return; end
	if origin.dummy then return; end -- mod_s2s itself says that a stream failed
	local stanza = event.stanza;
	local kind = kind_of(stanza);
	if not kind then return true; end
	local from, to = stanza.attr.from, stanza.attr.to;
	local _, domain = split(from);
	local _, here = split(to);
	control.contacts.wait(origin, domain, here);
	local code, emptied = gate.judge(to, from, domain, true, kind);
	if code then
		refuse(code, "inbound", to, from, kind);
		return refuse_inbound(origin, stanza, code);
	end
	control.rooms.met(to, domain);
	report.pass("inbound", to, from, kind);
	if emptied then empty(stanza); end
	if stanza.name == "presence" then control.presence.saw(jid_bare(to), from, domain, stanza.attr.type); end
end

-- Guards a host. Hooks live in `context`, a module API of that host.
function gate.guard(context)
	forget(); -- what a host is decides, too
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
