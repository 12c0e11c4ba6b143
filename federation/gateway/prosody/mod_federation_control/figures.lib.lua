-- What this gateway shows an administrator of the server: figures (mod_http_openmetrics) and commands of the admin shell.
--   federation:status()            the revision in force, since when, errors, the last refusals
--   federation:why(ours, theirs)   whether a message may go from one to the other, as this server decides it

local jid = require "util.jid";

return function (control)

local figures = {};
local refused = module:metric("counter", "refused", "", "Stanzas refused, by code and direction", { "code", "direction" });
local passed = module:metric("counter", "passed", "", "Stanzas that passed, by direction", { "direction" });
local failed = module:metric("counter", "exchanges_failed", "", "Exchanges with the panel that failed", {});
local revision = module:metric("gauge", "revision", "", "The revision in force; 0 when nobody federates", {});
local silence = module:metric("gauge", "panel_silence", "seconds", "Seconds since the panel confirmed the rules", {});
local waiting = module:metric("gauge", "waiting", "", "Stanzas that wait for a stream", {});

function figures.refused(code, direction) refused:with_labels(code, direction):add(1); end
function figures.failed() failed:with_labels():add(1); end

local counted = { inbound = 0, outbound = 0 };

module:hook("stats-update", function ()
	local state = control.current();
	revision:with_labels():set(state and state.revision or 0);
	if control.confirmed then silence:with_labels():set(math.max(os.time() - control.confirmed, 0)); end
	waiting:with_labels():set(control.waiting.count());
	for direction, count in pairs(control.report.passed) do
		passed:with_labels(direction):add(count - counted[direction]);
		counted[direction] = count;
	end
end);

local function date(seconds) return seconds and os.date("!%Y-%m-%d %H:%M:%S UTC", seconds) or "never"; end

local commands = {};

function commands:status()
	local print, state = self.session.print, control.state;
	if control.current() then
		print(("Revision %d in force since %s"):format(state.revision, date(control.in_force_since)));
	else
		print(state and ("Nobody federates; revision %d is here"):format(state.revision) or "Nobody federates: no rules yet");
	end
	print("Confirmed by the panel: " .. date(control.confirmed));
	print(("Waiting for streams: %d"):format(control.waiting.count()));
	for code, alarm in pairs(control.report.alarms()) do
		print(("Error %s since %s: %s"):format(code, date(alarm.since), alarm.text or ""));
	end
	for _, entry in ipairs(control.report.latest()) do
		print(("Refused %s, %s, here %s, there %s, %s: %s"):format(date(entry.at), entry.direction, entry["local"], entry.remote, entry.kind, entry.code));
	end
	return true, "Told";
end

function commands.why(_, ours, theirs)
	ours, theirs = jid.prep(ours or ""), jid.prep(theirs or ""); -- as they are compared, in whatever form they were typed
	if not ours or not theirs then return false, 'Two addresses are needed: federation:why("alice@contoso.com", "bob@fabrikam.com")'; end
	local there = jid.host(theirs);
	local out = control.gate.judge(ours, theirs, there, false, "message-chat") or "allowed";
	local back = control.gate.judge(ours, theirs, there, true, "message-chat") or "allowed";
	return true, ("from %s to %s: %s; back: %s"):format(ours, theirs, out, back);
end

function figures.install()
	control.internals.shell_commands().federation = commands;
	return function () control.internals.shell_commands().federation = nil; end;
end

return figures;

end;
