-- Per partner, both directions: TLS, SASL EXTERNAL and dialback as its record demands, the limit of inbound
-- connections, and its proxy. Prosody's own settings are global and read once; so it is told to allow
-- everything, and here is what is strict. The panel reduces the settings to methods (partners/rules.py):
--   sasl-tls      both certificates count, no dialback
--   dialback-tls  encrypted, authenticated by dialback
--   dialback-tcp  not encrypted, authenticated by dialback
-- Between two gateways of ours there is no record; only sasl-tls is accepted (rules.internal).

local st = require "util.stanza";

local XMLNS = { tls = "urn:ietf:params:xml:ns:xmpp-tls", sasl = "urn:ietf:params:xml:ns:xmpp-sasl";
	dialback = "urn:xmpp:features:dialback", bidi_offer = "urn:xmpp:features:bidi", bidi = "urn:xmpp:bidi" };
local EARLY, LATE = 1000, -1000;
-- mod_saslauth takes an offer of EXTERNAL at 150, mod_dialback starts at 100; both fall back at 100.
local BEFORE_DIALBACK = 120;

return function (control)

local gate, streams, internals = control.gate, control.streams, control.internals;
local negotiation = {};

local function partner_of(session) return gate.peer(streams.remote(session)); end

-- The record that counts for a domain that a stream is to be authenticated for.
local function partner_at(session, domain)
	local _, here = streams.remote(session);
	return gate.peer(domain, here);
end

local function allows_tls(partner) return partner.can["sasl-tls"] or partner.can["dialback-tls"]; end

local function allows_dialback(partner, secure) return partner.can[secure and "dialback-tls" or "dialback-tcp"]; end

-- Whether keys may be exchanged with a domain at all, on a stream of whatever kind.
function negotiation.may_dial_back(domain)
	local partner = gate.partner(domain);
	return partner and (partner.can["dialback-tls"] or partner.can["dialback-tcp"]) or false;
end

local function give_up(session, text)
	session.log("warn", "Not what the partner's record demands: %s", text);
	session:close({ condition = "policy-violation", text = text }, nil, text);
	return true;
end

-- Whether a stream may be made bidirectional as it is now: not before it is encrypted, if it can come to that.
local function may_be_bidirectional(partner, secure) return secure or not allows_tls(partner); end

-- Leaves in a list of features only what the partner's record allows on this stream as it is now.
local function prune(features, partner, secure)
	features:maptags(function (tag)
		local xmlns = tag.attr.xmlns;
		if xmlns == XMLNS.tls and not allows_tls(partner) then return nil; end
		if xmlns == XMLNS.sasl and not partner.can["sasl-tls"] then return nil; end
		if xmlns == XMLNS.dialback and not allows_dialback(partner, secure) then return nil; end
		if xmlns == XMLNS.bidi_offer and not may_be_bidirectional(partner, secure) then return nil; end
		return tag;
	end);
end

local function offered(event)
	local session = event.origin;
	if session.type ~= "s2sin_unauthed" or not session.from_host then return; end
	if not partner_of(session) then
		streams.close(session, "policy-violation");
		return true;
	end
end

local function offer(event)
	local session, features = event.origin, event.features;
	local partner = session.type == "s2sin_unauthed" and partner_of(session);
	if not partner then return; end
	session.federation_partner = partner;
	prune(features, partner, internals.is_encrypted(session));
	if not partner.can["sasl-tls"] then internals.refuse_external(session); end
	if not internals.is_encrypted(session) and not partner.can["dialback-tcp"] then
		features:maptags(function (tag) -- what is offered is shared by all streams, so a copy is marked
			return tag.attr.xmlns == XMLNS.tls and st.stanza("starttls", tag.attr):tag("required"):up() or tag;
		end);
	end
end

local function features_received(event)
	local session, features = event.origin, event.stanza;
	if session.type ~= "s2sout_unauthed" then return; end
	local partner = partner_of(session);
	if not partner then streams.close(session, "policy-violation"); return true; end
	session.federation_partner = partner;
	prune(features, partner, internals.is_encrypted(session));
	if not internals.is_encrypted(session) and not partner.can["dialback-tcp"] and not features:get_child("starttls", XMLNS.tls) then
		return give_up(session, "Encryption is required but was not offered");
	end
end

local function before_dialback(event)
	local session = event.origin;
	if session.type ~= "s2sout_unauthed" then return; end
	local partner = partner_of(session);
	if not partner or not allows_dialback(partner, internals.is_encrypted(session)) then
		return give_up(session, "No authentication that both sides accept was offered");
	end
end

local function key_received(event)
	local session, attr = event.origin, event.stanza.attr;
	local partner = gate.peer(attr.from, attr.to);
	if session.type ~= "s2sin_unauthed" and session.type ~= "s2sin" then return; end
	if not partner then streams.close(session, "policy-violation"); return true; end
	if not allows_dialback(partner, internals.is_encrypted(session)) then return give_up(session, "Dialback is not accepted here"); end
end

local function bidirectional_wanted(event)
	local session = event.origin;
	if session.type ~= "s2sin_unauthed" then return; end
	local partner = partner_of(session);
	if not partner or not may_be_bidirectional(partner, internals.is_encrypted(session)) then return true; end
end

-- A certificate must be valid where it is all there is. Elsewhere mod_s2s, which knows no partners, is not asked.
local function certificate_checked(event)
	local session, partner = event.session, partner_at(event.session, event.host);
	if not partner then return; end
	local valid = internals.has_valid_certificate(session);
	if not valid and not partner.can["dialback-tls"] then
		session:close({ condition = "not-authorized", text = "Your server's certificate is not trusted" }, nil,
			"Remote server's certificate is not trusted");
		return false;
	end
	return true;
end

local function too_many(partner)
	if partner.internal then return false; end
	local limits = control.current().limits;
	local of_partner, all = streams.inbound(partner);
	local limit = type(partner.limit) == "number" and partner.limit or limits.partner_connection_limit;
	return limit and of_partner >= limit or limits.connection_limit and all >= limits.connection_limit;
end

local function authenticated(event)
	local session, partner = event.session, partner_at(event.session, event.host);
	if not partner then streams.close(session, "policy-violation"); return true; end
	local method = event.mechanism == "EXTERNAL" and "sasl-tls" or internals.is_encrypted(session) and "dialback-tls" or "dialback-tcp";
	if not partner.can[method] then return give_up(session, "Not authenticated as required"); end
	local more = internals.domains(session)[event.host];
	if more then more.federation_method = method; end
	if session.federation_method then return; end -- one more domain on a stream that counts already
	-- By the name in its header, so far only claimed, a stream is counted, closed, and used for what goes back.
	if not internals.is_outgoing(session) and event.host ~= session.from_host then
		streams.close(session, "invalid-from");
		return true;
	end
	if not internals.is_outgoing(session) and too_many(partner) then
		streams.close(session, "resource-constraint");
		return true;
	end
	session.federation_method, session.federation_since = method, os.time();
	control.news();
end

-- The address of a partner's proxy takes the place of its SRV records; Direct TLS is not for a partner without TLS.
local function resolve_by_record(original)
	return function (hostname, service, connection, extra)
		local partner = service:match("^xmpps?%-server$") and gate.partner(hostname);
		local proxy = partner and type(partner.proxy) == "string" and partner.proxy ~= "" and partner.proxy;
		local no_tls = partner and not allows_tls(partner);
		if service == "xmpps-server" and (proxy or no_tls) then return internals.manual_resolver({}, connection, extra); end
		if not proxy then return original(hostname, service, connection, extra); end
		local host, port = proxy:match("^(.-):(%d+)$");
		return internals.basic_resolver(host or proxy, tonumber(port) or 5269, connection, extra);
	end;
end

function negotiation.guard(context)
	context:hook("s2s-stream-features", offered, EARLY);
	context:hook("s2s-stream-features", offer, LATE);
	context:hook("stanza/http://etherx.jabber.org/streams:features", features_received, EARLY);
	context:hook("stanza/http://etherx.jabber.org/streams:features", before_dialback, BEFORE_DIALBACK);
	context:hook("stanza/" .. XMLNS.sasl .. ":failure", before_dialback, BEFORE_DIALBACK);
	context:hook("s2sout-authenticate-legacy", function (event) return before_dialback(event); end, EARLY);
	context:hook("stanza/jabber:server:dialback:result", key_received, EARLY);
	context:hook("stanza/" .. XMLNS.bidi .. ":bidi", bidirectional_wanted, EARLY);
	context:hook("s2s-authenticated", authenticated, EARLY);
end

-- Takes its place in the server as a whole; returns a function that leaves it again.
function negotiation.install()
	module:hook("s2s-check-certificate", certificate_checked);
	return internals.wrap_service_resolver(resolve_by_record);
end

return negotiation;

end;
