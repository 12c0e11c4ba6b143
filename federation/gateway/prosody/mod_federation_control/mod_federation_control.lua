-- Enforces on this server what the Federation Control Panel says, both ways, for every kind of stanza.
--
--   modules_enabled  = { ..., "tls", "saslauth", "dialback", "federation_control" }
--   modules_disabled = { "s2s" }             -- brought up here: without this module no stream comes up
--   s2s_require_encryption = false           -- both are decided per partner, see negotiation.lib.lua
--   s2s_secure_auth = false
--   federation_control_url = "https://panel.contoso.com/gateway/exchange"
--   federation_control_name = "xmpp1.contoso.com"
--   federation_control_secret = "..."        -- or federation_control_secret_file
--   federation_control_max_age = 86400       -- optional: seconds, or "1 day", without the panel until nobody federates
--   federation_control_cafile = "..."        -- optional: who signs the panel's certificate
--   federation_control_certificates = "..."  -- optional: where Prosody's `certificates` are, to be kept up to date
--
-- For Prosody 0.12 and 13. Nobody federates until a whole, right document is in force.

module:set_global();

local timer = require "util.timer";
local monotonic = require "util.time".monotonic;

local VERSION = "2";
local internals = module:require "internals";
local hosts, modules = internals.hosts, internals.modules;

local rules = module:require "rules";
local tools = {
	sha256 = require "util.hashes".sha256, xor = require "util.strbitop".sxor, hex = require "util.hex".to or require "util.hex".encode;
	encode = require "util.json".encode, types = rules.types;
	hmac = require "util.hashes".hmac_sha256, equals = require "util.hashes".equals;
};
do
	local has_cjson, cjson = pcall(require, "cjson"); -- ten times as fast
	local decode = has_cjson and cjson.decode or require "util.json".decode;
	function tools.decode(text)
		local ok, value = pcall(decode, text);
		return ok and value or nil;
	end
end

local options = {
	url = module:get_option_string("federation_control_url");
	name = module:get_option_string("federation_control_name");
	secret = module:get_option_string("federation_control_secret");
	wait = module:get_option_number("federation_control_wait", 25);
	max_age = module:require "period" (module:get_option("federation_control_max_age"));
	certificates = module:get_option_string("federation_control_certificates");
	directory = module:get_option_string("federation_control_directory", internals.data_path .. "/federation_control");
};
do
	local path = module:get_option_string("federation_control_secret_file");
	local file = path and assert(io.open(path));
	if file then
		options.secret = file:read("*a"):match("^%s*(%S+)%s*$");
		file:close();
	end
end
assert(options.url and options.name and options.secret, "federation_control_url, _name and _secret must be set");
local sealed, sealing_key = module:require "sealed" (tools), nil;
options.token, sealing_key = sealed.keys(options.secret);
options.can_unseal = sealing_key ~= nil;

-- What the parts share: `state` is the last good one, current() the one to decide by.
local control = { internals = internals, closed = #internals.wrong > 0, rules = rules, started = os.time(), live = false, slices = module:require "slices" };

local expired = false;
local halted = false; -- see change.lib.lua
function control.current() return not (expired or halted or control.closed) and control.state or nil; end
function control.is_expired() return expired; end
function control.halt(now) halted = now; end

local new_state = module:require "state" (tools);
local new_document = module:require "document" (tools, new_state);
control.answers, control.stripping = module:require "answers", module:require "stripping";
control.store = module:require "store" (options.directory, new_document, control.slices.breathe);
function control.news() if control.pull then control.pull.tell(); end end
control.figures = module:require "figures" (control);
control.report = module:require "report" (control, VERSION);
control.contacts = module:require "contacts" (control);
control.gate = module:require "gate" (control);
control.rooms = module:require "rooms" (control);
control.streams = module:require "streams" (control);
control.waiting = module:require "waiting" (control);
control.presence = module:require "presence" (control);
control.negotiation = module:require "negotiation" (control);
control.timeouts = module:require "timeouts" (control);
control.changed = module:require "change" (control);

function control.put_in_force(state)
	control.state, control.in_force_since = state, os.time();
end

-- Age is counted by a clock that nobody sets; across a restart by the wall clock, which must not have gone back.
local confirmed_at, written_at;

local function check_age()
	local limit = options.max_age;
	local was = expired;
	expired = limit ~= nil and control.state ~= nil and (confirmed_at == nil or monotonic() - confirmed_at > limit);
	if expired == was then return; end
	if expired then control.report.alarm("expired", "the panel has not confirmed the rules for too long"); else control.report.over("expired"); end
	control.changed();
end

function control.confirm()
	confirmed_at, control.confirmed = monotonic(), os.time();
	if not written_at or confirmed_at - written_at > 30 then
		written_at = confirmed_at;
		if not control.store:confirm(control.confirmed) then written_at = nil; end
	end
	check_age();
end

local function remember_confirmation()
	control.confirmed = control.store:confirmed();
	local age = control.confirmed and os.time() - control.confirmed;
	if age and age >= 0 then confirmed_at = monotonic() - age; end
end

local function start()
	control.slices.run(function ()
		return { control.store:load({ gateway = options.name }) };
	end, function (ok, result)
		if not ok then result = { nil, result }; end
		local state, problem = result[1], result[2];
		if state then control.put_in_force(state); end
		if problem and problem ~= "missing" then control.report.alarm("disk-state", problem); end
		module:log("info", "%s", state and ("Revision %d from disk"):format(state.revision) or "No rules yet: nobody federates");
		remember_confirmation();
		check_age();
		control.changed();
		control.pull.start(result[3]);
	end);
end

local guarded = {};
local function guard(host)
	if guarded[host] then return; end
	guarded[host] = true;
	local context = module:context(host);
	control.gate.guard(context);
	if control.dialback then
		control.dialback.configure(host);
		control.negotiation.guard(context);
		control.waiting.guard(context);
	end
end

local loaded = false;
local uninstall, leave_shell;

local function let_streams_up(host)
	if control.closed then return; end
	local ok, problem = modules.load(host, "s2s");
	if not ok and problem ~= "module-already-loaded" then control.report.alarm("s2s", problem); end
end

-- Streams come up on a host only behind a module that came up itself.
function module.add_host(host_module)
	if not loaded then return nil, "not loaded"; end
	let_streams_up(host_module.host);
end

-- Something of this server is not as we assume: nobody federates until this module is loaded where it is.
function control.close(what)
	control.closed = true;
	control.report.alarm("internals", what .. " (Prosody " .. internals.version .. ")");
	control.changed();
end

-- Of a stream that appears: no object of this kind is there when the module loads.
local function check_stream(event)
	local wrong = not control.closed and internals.wrong_stream(event.session);
	if wrong then control.close(wrong); end
end

local function check_server()
	if #internals.wrong > 0 then control.close(table.concat(internals.wrong, "; ")); end
	if internals.is_checked then return; end
	module:log("warn", "This module was not tried on Prosody %s but on %s", internals.version, internals.checked);
	if not internals.is_known then control.report.alarm("server-unchecked", "Prosody " .. internals.version); end
end

local function check_options()
	if not (module:get_option_set("modules_disabled", {}):contains("s2s")) then
		control.report.alarm("s2s-not-owned", 'modules_disabled lacks "s2s": streams would come up without this module');
	end
	for _, option in ipairs { "s2s_require_encryption", "s2s_secure_auth" } do
		if module:get_option_boolean(option, true) then
			control.report.alarm("strict-option", option .. " must be false for partners without encryption");
		end
	end
end

local client = module:require "client" (internals);

-- How a part gets clients of the panel's endpoint `what`.
local function clients_of(what)
	local sslctx = internals.create_context("client_https port 0", "client",
		{ cafile = module:get_option_string("federation_control_cafile"), verify = { "peer" } });
	return function () return assert(client.new((options.url:gsub("exchange$", what)), sslctx)); end;
end

-- All that has a hand in how streams come up. Returns what takes it out again.
local function install()
	local private = module:require "private";
	local order = module:require "order" (options.directory .. "/order", tools, private);
	local function opens(what)
		return function (text) return sealed.open(text, sealing_key, options.name, what); end;
	end
	-- The certificate, or nil and why it is not taken.
	local function opens_certificate(text)
		local plain = opens "certificate" (text);
		local found = plain and tools.decode(plain);
		local why = found and order.refuses("certificate", found.order);
		if why then return nil, why; end
		return plain;
	end
	local look = module:require "look" (internals, internals.create_context("itself", "client", { verify = { "none" } }));
	control.certificate = module:require "certificate" (control, options, clients_of "certificate", opens_certificate, tools, look, private);
	control.dialback = module:require "dialback" (control, options, clients_of "dialback", opens "dialback", tools, private);
	local leave_negotiation, leave_timeouts = control.negotiation.install(), control.timeouts.install();
	control.waiting.install();
	module:hook("s2s-created", check_stream);
	return function ()
		leave_negotiation();
		leave_timeouts();
	end;
end

function module.load()
	check_options();
	check_server();
	if not control.closed then uninstall = install(); end
	local can_ask, problem = pcall(function ()
		control.pull = module:require "pull" (control, options, clients_of "exchange", new_document, tools);
	end);
	if not can_ask then
		control.close("the panel cannot be asked: " .. tostring(problem));
		return; -- without streams, which come up behind a module that is ready
	end
	for host in pairs(hosts) do guard(host); end
	module:hook("host-activated", guard, 1000);
	module:hook("host-deactivated", function (host) guarded[host] = nil; end);
	timer.add_task(1, function ()
		if control.unloaded then return; end
		check_age();
		return 1;
	end);
	if client.is_in_clear(options.url) then
		-- Each request carries the token: it goes to nobody, and what lies on disk, which nobody can confirm, stays there.
		control.report.alarm("panel-in-clear", "federation_control_url is no https:// address: the token would be sent in the "
			.. "clear. Nothing is asked, and nobody federates");
		control.changed();
	else
		start();
	end
	leave_shell = control.figures.install();
	loaded = true;
	if module.reloading then -- add_host() is not called again
		for host in pairs(hosts) do let_streams_up(host); end
	end
end

function module.unload()
	control.unloaded = true;
	if control.pull then control.pull.stop(); end
	if uninstall then uninstall(); end
	if leave_shell then leave_shell(); end
	for host in pairs(hosts) do modules.unload(host, "s2s"); end
	modules.unload("*", "s2s");
end
