-- The certificate of this server's streams: fetched when the panel says that another is assigned, opened with the
-- gateway's sealing key (federation/gateway/sealing.py), checked, put in place without dropping a session, looked at
-- from outside, and taken back when the server does not serve it. Prosody itself answers OK to a key that does
-- not match and then offers no TLS at all.
--
--   certificates = "/var/lib/prosody/federation-certificates"
--   federation_control_certificates = "/var/lib/prosody/federation-certificates"   -- the same: written to

local ssl = require "ssl";
local timer = require "util.timer";
local verify_identity = require "util.x509".verify_identity;

local SETTLE = 0.2; -- seconds from telling the server's modules to looking
local AGAIN = 20; -- seconds until one that is too old is asked for again

return function (control, options, new_client, open_sealed, tools, look, private)

local report, internals, folder = control.report, control.internals, options.certificates;
local certificate = { served = nil };
local looked, busy; -- at which hosts; whether a look, a fetch or an installation is under way
local refused; -- what was refused, for which hosts, and the certificate when the clock had a say
local latest; -- what was announced last

local function path(host, suffix) return ("%s/%s.%s"):format(folder, host, suffix); end

-- Hosts of ours that people live on.
local function our_hosts()
	local state, found = control.current(), {};
	for host, session in pairs(internals.hosts) do
		if state and state.domains[host] and session.type == "local" then found[#found + 1] = host; end
	end
	table.sort(found);
	return found;
end

local function their_names() return table.concat(our_hosts(), " "); end

-- Whether nothing changed that could change the outcome. A reload of the configuration forgets all of it.
local function is_still_refused(announced)
	return refused and refused.announced == announced and refused.hosts == their_names()
		and not (refused.again and os.time() > refused.again)
		and not (refused.untimely and refused.untimely:validat(os.time()));
end

-- nil when certificate and key are what was announced and may be served; else a sentence, and the certificate when
-- it is not valid at this time.
local function check(found, announced, hosts)
	if type(found) ~= "table" or type(found.bundle) ~= "string" or type(found.key) ~= "string" then
		return "what came cannot be opened with our key";
	end
	local leaf = ssl.loadcertificate(found.bundle);
	if not leaf or leaf:digest("sha256") ~= announced then return "it is not the certificate that was announced"; end
	if not leaf:validat(os.time()) then return "it is not valid now", leaf; end
	for _, host in ipairs(hosts) do
		if not verify_identity(host, "_xmpp-server", leaf) then return "it does not cover " .. host; end
	end
	local crt, key = folder .. "/checked.new.crt", folder .. "/checked.new.key";
	local ok, problem = private.write(crt, found.bundle);
	if ok then ok, problem = private.write(key, found.key); end
	local context;
	if ok then context, problem = internals.create_context("assigned certificate", "server", { certificate = crt, key = key }); end
	os.remove(crt);
	os.remove(key);
	if not context then return "the server cannot use it: " .. tostring(problem); end
end

-- The new files in place of the old, which stay beside them until the look.
local function put(found, hosts)
	for _, host in ipairs(hosts) do
		for suffix, text in pairs { crt = found.bundle, key = found.key } do
			local ok, problem = private.write(path(host, suffix .. ".new"), text);
			if not ok then return nil, problem; end
		end
	end
	for _, host in ipairs(hosts) do
		for _, suffix in ipairs { "key", "crt" } do
			os.remove(path(host, suffix .. ".old"));
			os.rename(path(host, suffix), path(host, suffix .. ".old"));
			local ok, problem = os.rename(path(host, suffix .. ".new"), path(host, suffix));
			if not ok then return nil, problem; end
		end
	end
	return true;
end

local function put_back(hosts)
	for _, host in ipairs(hosts) do
		for _, suffix in ipairs { "key", "crt" } do
			os.remove(path(host, suffix .. ".new"));
			if not os.rename(path(host, suffix .. ".old"), path(host, suffix)) then os.remove(path(host, suffix)); end
		end
	end
end

local function forget_old(hosts)
	for _, host in ipairs(hosts) do
		os.remove(path(host, "key.old"));
		os.remove(path(host, "crt.old"));
	end
end

local function refuse(announced, code, text, untimely)
	busy, refused = false, { announced = announced, hosts = their_names(), untimely = untimely };
	report.alarm(code, text);
	control.news();
end

-- Looks at one host after the other: done(expected) when all show it, else done() with the first other one.
local function look_at_all(hosts, expected, done, from)
	local at = from or 1;
	look(hosts[at], function (fingerprint)
		if fingerprint ~= expected or at == #hosts then return done(fingerprint); end
		look_at_all(hosts, expected, done, at + 1);
	end);
end

-- What the server shows now, as the report tells it; then done().
local function look_around(announced, done)
	local hosts = our_hosts();
	if #hosts == 0 then return; end
	busy = true;
	look_at_all(hosts, announced, function (fingerprint)
		looked, busy, certificate.served = table.concat(hosts, " "), false, fingerprint;
		control.news();
		done();
	end);
end

local function all_is_well()
	refused = nil;
	report.over("certificate-refused", "certificate-not-served", "certificate-not-fetched");
end

local function install(found, announced)
	local hosts = our_hosts();
	if #hosts == 0 then return refuse(announced, "certificate-refused", "none of our domains is a host here"); end
	local wrong, untimely = check(found, announced, hosts);
	if wrong then return refuse(announced, "certificate-refused", wrong, untimely); end
	local ok, problem = put(found, hosts);
	if not ok then
		put_back(hosts);
		return refuse(announced, "certificate-refused", problem);
	end
	internals.announce_reload();
	timer.add_task(SETTLE, function ()
		look_at_all(hosts, announced, function (fingerprint)
			if fingerprint ~= announced then
				put_back(hosts);
				internals.announce_reload();
				refuse(announced, "certificate-not-served", "the server showed another one; the old one was put back");
				looked = nil;
				return;
			end
			forget_old(hosts);
			looked, busy, certificate.served = table.concat(hosts, " "), false, fingerprint;
			all_is_well();
			module:log("info", "The assigned certificate is served (%s)", fingerprint);
			control.news();
		end);
	end);
end

local function fetch(headers, body, announced)
	busy = true;
	local pieces, client = {}, new_client();
	client:post(headers, body, 30, function (data) pieces[#pieces + 1] = data; end, function (problem, code)
		client:drop();
		if problem or code ~= 200 then
			busy = false;
			return report.alarm("certificate-not-fetched", problem or code);
		end
		local plain, why = open_sealed(table.concat(pieces));
		if why then
			refuse(announced, "certificate-refused", why);
			refused.again = os.time() + AGAIN; -- the panel may give a newer one under the same name
			return;
		end
		local ok, fault = pcall(install, tools.decode(plain or ""), announced);
		if not ok then refuse(announced, "certificate-refused", fault); end
	end);
end

-- With each answer the panel says which certificate is assigned; `body` asks it for that.
function certificate.announced(announced, headers, body)
	latest = { announced, headers, body };
	if busy then return; end
	if looked ~= their_names() then return look_around(announced, function () certificate.announced(announced, headers, body); end); end
	if not announced or announced == certificate.served then return all_is_well(); end
	if not folder or is_still_refused(announced) then return; end
	fetch(headers, body, announced);
end

-- The rules in force changed, and with them perhaps which hosts are ours: those that came are looked at, and get what
-- is assigned.
function certificate.again()
	if latest and looked ~= their_names() then certificate.announced(latest[1], latest[2], latest[3]); end
end

-- Somebody reloaded the server's configuration, perhaps with another certificate.
module:hook("config-reloaded", function () looked, refused = nil, nil; end);

return certificate;

end;
