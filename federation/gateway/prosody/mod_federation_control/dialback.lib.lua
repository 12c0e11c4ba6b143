-- The dialback secret that all gateways share (XEP-0185), so that each can say whether a key is of another: fetched
-- when the rules name another than is in use, opened with the gateway's sealing key, and kept on disk for a start
-- without the panel. The rules name it by when it was made, which tells nothing of it.
--
-- mod_dialback reads its option when it loads, and a reload would carry the old secret over: so it is unloaded and
-- loaded. Streams that stand do not notice.

local monotonic = require "util.time".monotonic;

local OPTION = "dialback_secret";
local PATIENCE = 30;
local AGAIN = 20; -- seconds until what failed is tried again

return function (control, options, new_client, open_sealed, tools, private)

local report, internals = control.report, control.internals;
local modules = internals.modules;
local path = options.directory .. "/dialback";
local dialback = { id = nil };
local secret, busy, failed_at;
local complete = false; -- in use on every host, and kept
local stale = {}; -- hosts with dialback whose mod_dialback is still to be loaded with the secret

local function believable(found)
	return type(found) == "table" and type(found.id) == "string" and type(found.secret) == "string" and found or nil;
end

-- For a host that is about to load its modules.
function dialback.configure(host)
	if secret then internals.configuration.set(host, OPTION, secret); end
end

local function configure_all()
	dialback.configure("*");
	for host in pairs(internals.hosts) do dialback.configure(host); end
end

local function load_again(host)
	modules.unload(host, "dialback");
	local ok, problem = modules.load(host, "dialback");
	if ok then stale[host] = nil; end
	return ok, problem;
end

-- A host that fails keeps no other from the secret; it is without dialback until it is tried again.
local function use(found)
	local another = found.secret ~= secret;
	dialback.id, secret, complete = found.id, found.secret, false;
	configure_all();
	for host in pairs(internals.hosts) do
		if another and modules.is_loaded(host, "dialback") then stale[host] = true; end
	end
	local all, why = true, nil;
	for host in pairs(internals.hosts) do
		local ok, problem = true, nil;
		if stale[host] then ok, problem = load_again(host); end
		if not ok then all, why = nil, problem; end
	end
	return all, why;
end

local function failed(code, text)
	busy, failed_at = false, monotonic();
	report.alarm(code, text);
	control.news();
end

local function take(text)
	local found = believable(tools.decode(open_sealed(text) or ""));
	if not found then return failed("dialback-refused", "what came cannot be opened with our key"); end
	report.over("dialback-not-fetched");
	local used, why = use(found);
	if used then report.over("dialback-refused"); else failed("dialback-refused", why); end
	local kept, problem = private.replace(path, tools.encode(found));
	if kept then report.over("dialback-not-kept"); else failed("dialback-not-kept", problem); end
	if not (used and kept) then return; end
	busy, failed_at, complete = false, nil, true;
	module:log("info", "The dialback secret of %s is in use", dialback.id);
	control.news();
end

local function fetch(headers, body)
	busy = true;
	local pieces, client = {}, new_client();
	client:post(headers, body, PATIENCE, function (data) pieces[#pieces + 1] = data; end, function (problem, code)
		client:drop();
		if problem or code ~= 200 then return failed("dialback-not-fetched", problem or code); end
		local ok, fault = pcall(take, table.concat(pieces));
		if not ok then failed("dialback-refused", fault); end
	end);
end

-- The panel confirmed the rules in force: they say which secret is to be used. `body` makes the request for it.
function dialback.confirmed(headers, body)
	local wanted = options.can_unseal and control.state and control.state.limits.dialback;
	if not wanted or wanted == "" or busy then return; end
	if complete and wanted == dialback.id then return report.over("dialback-refused", "dialback-not-fetched"); end
	if failed_at and monotonic() - failed_at < AGAIN then return; end
	fetch(headers, body());
end

-- What was in use before the server was restarted. Of what cannot be read the panel tells again.
local file = io.open(path, "rb");
if file then
	local found = believable(tools.decode(file:read("*a")));
	file:close();
	if found then complete = use(found) or false; end
end

-- Somebody reloaded the configuration, which forgets what was set here.
module:hook("config-reloaded", configure_all);
module:hook("host-deactivated", function (host) stale[host] = nil; end);

return dialback;

end;
