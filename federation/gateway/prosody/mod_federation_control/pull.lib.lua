-- Asks the panel, again and again: a long poll with what we have and a report; takes changes or a full document,
-- and asks again at once. See federation/gateway/wire.py for what travels.

local timer = require "util.timer";
local monotonic = require "util.time".monotonic;

local FIRST_DELAY, LONGEST_DELAY = 0.5, 30;
local PATIENCE = 20; -- seconds beyond the wait that we asked for
local NEWS_DELAY = 1; -- refusals and streams are reported this long after they happen, at most so often
local FIRST_GAP, LONGEST_GAP = 5, 300; -- seconds between two full documents for a disk that takes none
local LONGEST_CHANGES = 64 * 1024 * 1024;

return function (control, options, new_client, new_document, tools)

local report, store, slices = control.report, control.store, control.slices;
local pull = {};
local poller, reporter = new_client(), new_client();
local delay, stopped = 0, false;
local full_at; -- when to ask for a full document, by the monotonic clock; nil when there is no need
local refused_at, gap = nil, nil; -- when the disk refused the last one, and how long after it the next is asked for
local generation = 0;

local function request_body(wait, report_only, made)
	local state = control.state;
	return tools.encode({
		protocol = 1, gateway = options.name, wait = wait, report_only = report_only, report = made;
		have = state and { panel = state.panel, revision = state.revision, hash = tools.hex(state.hash) } or nil;
		everything = full_at and monotonic() >= full_at or nil;
	});
end

local headers = {
	["Authorization"] = "Bearer " .. options.token, ["Content-Type"] = "application/json";
	["Accept"] = "application/x-federation-objects", ["User-Agent"] = "mod_federation_control";
};

local again;

local function later(seconds)
	if stopped then return; end
	generation = generation + 1;
	local mine = generation;
	timer.add_task(seconds, function () if mine == generation and not stopped then again(); end end);
end

local function failed(code, text)
	control.figures.failed();
	report.alarm(code, text);
	delay = math.min(math.max(delay * 2, FIRST_DELAY), LONGEST_DELAY);
	later(delay * (0.8 + 0.4 * math.random()));
end

-- Says what the disk lacks, until it lacks nothing.
local function tell_of_disk()
	local problem = store.lost or store.unconfirmed;
	if problem then report.alarm("disk", problem); else report.over("disk"); end
	if not store.damaged then report.over("disk-state"); end
end

-- The panel agreed with what we have, or gave us something newer.
local function confirmed()
	delay, control.live = 0, true;
	control.confirm();
	tell_of_disk();
	report.over("panel-unreachable", "secret-refused", "panel-error", "another-history");
	if control.dialback then control.dialback.confirmed(headers, function () return request_body(0, true); end); end
	later(0);
end

-- What the disk refused is asked for as a whole, soon after a change, and more and more seldom while it takes none.
local function keep(document)
	local now = monotonic();
	if document.header.kind == "full" then
		if store:keep() then
			full_at, refused_at, gap = nil, nil, nil;
		else
			gap = gap and math.min(gap * 2, LONGEST_GAP) or FIRST_GAP;
			full_at, refused_at = now + gap, now;
		end
	else
		local kept, _, is_long = store:append(document.pieces);
		if not kept then full_at = math.max(now, (refused_at or -FIRST_GAP) + FIRST_GAP); elseif is_long then full_at = now; end
	end
	tell_of_disk();
end

local function apply(document)
	local began = monotonic();
	slices.run(function ()
		keep(document);
		document:commit(slices.breathe, control.put_in_force);
	end, function (ok, problem)
		if not ok then
			full_at = monotonic(); -- a change of what was not applied to its end proves nothing
			return failed("apply-failed", problem);
		end
		module:log("info", "Revision %d in force (%s, %d lines, %.0f ms)", control.state.revision,
			document.header.kind, document.lines, (monotonic() - began) * 1000);
		report.over("document-refused");
		if document.header.kind == "full" then report.over("apply-failed"); end
		confirmed();
		control.changed();
		if control.certificate then control.certificate.again(); end
	end);
end

local function refused(document, problem)
	store:abandon();
	local was_full = document.header and document.header.kind == "full";
	report.alarm("document-refused", problem);
	if (problem == "hash-differs" or problem == "gap") and not was_full then
		full_at = monotonic(); -- the next answer is a full one; what is in force stays until it is right
		return later(0);
	end
	failed("document-refused", problem);
end

local function answered(problem, code, document, waited, took)
	if document and not problem then
		if not document.problem and document.rest ~= "" then document.problem = "corrupt"; end
		local wrong = document:verdict();
		if wrong then return refused(document, wrong); end
		return apply(document);
	end
	store:abandon();
	if document and document.problem then return refused(document, document.problem); end
	if problem then return failed("panel-unreachable", problem); end
	if code == 401 or code == 403 then return failed("secret-refused", code); end
	if code == 409 then return failed("another-history", "the panel has not published what is in force here"); end
	if code ~= 204 then return failed("panel-error", code); end
	confirmed();
	if waited and took < 1 then later(1); end -- a panel that does not wait is not to be hammered
end

-- What takes the pieces of an answer: a document that checks itself, and a full one's place on disk.
local function receiver()
	local document, size = nil, 0;
	local function take(data)
		if not document then
			document = new_document(control.state, { gateway = options.name, panel = control.state and control.state.panel });
		end
		if not document:feed(data) then return false; end
		if not document.header or document.header.kind == "changes" then
			size = size + #data;
			if size > LONGEST_CHANGES then document.problem = "corrupt"; return false; end
			return true;
		end
		if not store.incoming and not store.problem then store:begin(); end
		for _, piece in document:taken() do store:take(piece); end
		return true;
	end
	return take, function () return document; end;
end

function again()
	local made, arrived = report.begin();
	local take, result = receiver();
	local began = monotonic();
	store.problem = nil;
	-- Until the panel has confirmed what came from disk, or what expired, an answer is wanted at once.
	local wait = control.live and not control.is_expired() and options.wait or 0;
	if full_at then wait = math.min(wait, math.max(math.ceil(full_at - began), 0)); end
	poller:post(headers, request_body(wait, nil, made), wait + PATIENCE, take, function (problem, code, answer)
		arrived(not problem and (code == 200 or code == 204));
		if stopped then return; end
		if not problem and answer and control.certificate then
			control.certificate.announced(answer["federation-certificate"], headers, request_body(0, true));
		end
		local ok, fault = pcall(answered, problem, code, result(), wait > 0, monotonic() - began);
		if not ok then failed("apply-failed", fault); end
	end);
end

local telling = false;

-- Something happened that the panel's pages show: tell it without waiting for the poll to end.
function pull.tell()
	if telling or stopped then return; end
	telling = true;
	timer.add_task(NEWS_DELAY, function ()
		telling = false;
		if stopped or reporter.exchange or not control.live then return; end
		local made, arrived = report.begin();
		reporter:post(headers, request_body(0, true, made), PATIENCE, function () end, function (problem, code)
			arrived(not problem and code == 204);
			reporter:drop();
		end);
	end);
end

-- With `everything` the first answer is to be a full document, whatever is in force.
function pull.start(everything)
	full_at = everything and monotonic() or nil;
	later(0);
end

function pull.stop()
	stopped = true;
	poller:cancel();
	reporter:cancel();
end

return pull;

end;
