-- For tests only: loads mod_federation_control on a server that lacks what option `test_lacks` names, or whose version
-- is `test_version`, and puts back what was taken, so that the server itself goes on.

local modulemanager = require "core.modulemanager";
local lacks, version = module:get_option_string("test_lacks"), module:get_option_string("test_version");

local function take(owner, field)
	local value = owner[field];
	owner[field] = nil;
	return function () owner[field] = value; end;
end

-- "prosody.bare_sessions", "core.s2smanager.destroy_session": a field of a global or of a library.
local function take_from_server()
	local name, field = lacks:match("^(.+)%.([^.]+)$");
	return take(name == "prosody" and prosody or name == "host" and prosody.hosts[module.host] or require(name), field);
end

-- "stream.hosts": a field of each stream, between the hooks before ours and those after it.
local function take_from_streams(field)
	local given_back;
	module:hook_global("s2s-created", function (event) given_back = take(event.session, field); end, 1000);
	module:hook_global("s2s-created", function () given_back(); end, -1000);
end

local of_stream = lacks and lacks:match("^stream%.(.+)$");
local give_back;
if not modulemanager.is_loaded("*", "federation_control") then
	if of_stream then take_from_streams(of_stream); elseif lacks then give_back = take_from_server(); end
	local true_version = prosody.version;
	prosody.version = version or true_version;
	modulemanager.load(module.host, "federation_control");
	prosody.version = true_version;
	if give_back then give_back(); end
else
	modulemanager.load(module.host, "federation_control");
end
