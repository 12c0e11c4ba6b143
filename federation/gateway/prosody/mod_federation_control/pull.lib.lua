-- Asks the panel, again and again: a long poll with what we have and a report; takes changes or a full document,
-- and asks again at once. See federation/gateway/wire.py for what travels.

local timer = require "util.timer";
local monotonic = require "util.time".monotonic;

local FIRST_DELAY, LONGEST_DELAY = 0.5, 30;
local PATIENCE = 20; -- seconds beyond the wait that we asked for
local NEWS_DELAY = 1; -- refusals and streams are reported this long after they happen, at most so often
local LONGEST_CHANGES = 64 * 1024 * 1024;

return function (control, options, new_client, new_document, tools)

local report, store, slices = control.report, control.store, control.slices;
local pull = {};
local poller, reporter = new_client(), new_client();
local delay, stopped = 0, false;
local resync = false; -- the next answer is to be a full document
local generation = 0;

local function request_body(wait, report_only, made)
	local state = control.state;
	return tools.encode({
		protocol = 1, gateway = options.name, wait = wait, report_only = report_only, report = made;
		have = state and { panel = state.panel, revision = state.revision, hash = tools.hex(state.hash) } or nil;
		everything = resync or nil;
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
	report.alarm(code, text);
	delay = math.min(math.max(delay * 2, FIRST_DELAY), LONGEST_DELAY);
	later(delay * (0.8 + 0.4 * math.random()));
end

-- The panel agreed with what we have, or gave us something newer.
local function confirmed()
	delay, control.live = 0, true;
	control.confirm();
	report.over("panel-unreachable", "secret-refused", "panel-error", "another-history", "disk-state");
	if control.dialback then control.dialback.confirmed(headers, function () return request_body(0, true); end); end
	later(0);
end

local function keep(document)
	if document.header.kind == "full" then return store:keep(); end
	return store:append(document.pieces);
end

local function apply(document)
	local began = monotonic();
	slices.run(function ()
		local ok, problem, long = keep(document);
		if ok then report.over("disk"); else report.alarm("disk", problem); end
		document:commit(slices.breathe, control.put_in_force);
		return long or false;
	end, function (ok, result)
		if not ok then return failed("apply-failed", result); end
		module:log("info", "Revision %d in force (%s, %d lines, %.0f ms)", control.state.revision,
			document.header.kind, document.lines, (monotonic() - began) * 1000);
		resync = result; -- once the journal is long
		report.over("document-refused", "apply-failed");
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
		resync = true; -- the next answer is a full one; what is in force stays until it is right
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
	local wait = control.live and control.current() and options.wait or 0;
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
	resync = everything or false;
	later(0);
end

function pull.stop()
	stopped = true;
	poller:cancel();
	reporter:cancel();
end

return pull;

end;
