-- What the gateway tells the panel with every exchange:
--   {"module","server","status","in_force_since","confirmed","counters","refusals","alarms","streams","hosts","rooms",...}
-- status is "live" (the panel confirmed the state since we started), "disk", "expired" or "none". Times are
-- seconds since 1970. Refusals are those since the last report that arrived, like ones counted together.

local array = require "util.array";
local to_ascii = require "util.encodings".idna.to_ascii;
local jid_bare = require "util.jid".bare;
local now = os.time;

local MOST_REFUSALS, MOST_LATEST = 200, 10;
local MOST_LINES, PERIOD = 200, 10; -- of the log, in so many seconds

return function (control, module_version)

local report = { refused = {}, passed = { inbound = 0, outbound = 0 } };
local refusals, by_what, dropped = {}, {}, 0;
local alarms, latest = {}, {};

-- One line for like refusals of one period; whether or not the panel is there to take a report.
local logged, lines, period_began = {}, 0, 0;
local function log_refusal(what, entry)
	if math.abs(now() - period_began) >= PERIOD then logged, lines, period_began = {}, 0, now(); end
	if logged[what] or lines >= MOST_LINES then return; end
	logged[what], lines = true, lines + 1;
	table.insert(latest, 1, entry);
	latest[MOST_LATEST + 1] = nil;
	module:log("info", "Refused %s, here %s, there %s, %s: %s", entry.direction, entry["local"], entry.remote, entry.kind, entry.code);
end

-- Counts a refusal. The two addresses are bare.
function report.refuse(code, direction, here, there, kind)
	report.refused[code] = (report.refused[code] or 0) + 1;
	control.figures.refused(code, direction);
	control.news();
	local what = table.concat({ code, direction, here, there, kind }, "\0");
	local entry = { at = now(), code = code, direction = direction, ["local"] = here, remote = there;
		kind = kind, count = 1, revision = control.state and control.state.revision };
	log_refusal(what, entry);
	local known = by_what[what];
	if known then
		known.count, known.at = known.count + 1, entry.at;
	elseif #refusals >= MOST_REFUSALS then
		dropped = dropped + 1;
	else
		refusals[#refusals + 1], by_what[what] = entry, entry;
	end
end

function report.pass(direction, here, there, kind)
	report.passed[direction] = report.passed[direction] + 1;
	module:log("debug", "Passed %s, here %s, there %s, %s", direction, jid_bare(here), jid_bare(there), kind);
end

-- Something an administrator should see until it is over.
function report.alarm(code, text)
	local alarm = alarms[code] or { code = code, since = now() };
	alarm.text = text and tostring(text) or nil;
	if not alarms[code] then module:log("error", "%s: %s", code, alarm.text or ""); end
	alarms[code] = alarm;
end

-- The last refusals, the newest first.
function report.latest() return latest; end

-- Those that stand: code -> { since, text }.
function report.alarms() return alarms; end

function report.over(...)
	for _, code in ipairs { ... } do
		if alarms[code] then module:log("info", "%s: over", code); end
		alarms[code] = nil;
	end
end

local function status()
	if control.state and control.is_expired() then return "expired"; end
	if not control.current() then return "none"; end
	return control.live and "live" or "disk";
end

-- The domains of ours that people live on here, as the panel writes them; nil before there are rules.
local function our_hosts()
	if not control.state then return nil; end
	local found = array();
	for host, session in pairs(control.internals.hosts) do
		local name = to_ascii(host) or host;
		if session.type == "local" and control.state.domains[name] then found:push(name); end
	end
	return found;
end

local MOST_ROOMS = 1000;

-- The domains of partners that are services of rooms, as the panel writes them.
local function their_rooms()
	local found = array();
	for _, domain in ipairs(control.rooms and control.rooms.list() or {}) do
		if #found < MOST_ROOMS then found:push(to_ascii(domain) or domain); end
	end
	return found;
end

local function make()
	local listed = array();
	for code, alarm in pairs(alarms) do listed:push({ code = code, since = alarm.since, text = alarm.text }); end
	local streams, total = control.streams.list();
	return {
		module = module_version, server = "Prosody " .. control.internals.version, status = status();
		in_force_since = control.in_force_since, confirmed = control.confirmed, started = control.started;
		counters = { refused = report.refused, passed = report.passed };
		refusals = array(refusals), refusals_dropped = dropped, alarms = listed;
		dialback = control.dialback and control.dialback.id or nil;
		certificate = control.certificate and control.certificate.served or nil;
		hosts = our_hosts(), rooms = their_rooms(), streams = streams, streams_total = total, longest_slice = control.slices.longest;
	};
end

-- The report, and a function to call with whether it arrived. What it held is told again when it did not;
-- refusals while it travels go to a list of their own.
function report.begin()
	local made = make();
	local held, held_dropped = refusals, dropped;
	refusals, by_what, dropped = {}, {}, 0;
	return made, function (arrived)
		if arrived then return; end
		for _, entry in ipairs(refusals) do
			if #held < MOST_REFUSALS then held[#held + 1] = entry; else held_dropped = held_dropped + 1; end
		end
		refusals, by_what, dropped = held, {}, held_dropped + dropped;
	end;
end

return report;

end;
