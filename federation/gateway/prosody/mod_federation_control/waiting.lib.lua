-- What waits for a stream that is not established yet: mod_s2s keeps it with the stream and sends it when the other server
-- has answered, up to the establishment timeout after it was judged. A verdict holds at departure, so it is judged again by
-- the rules in force whenever they change, and before it leaves. What may not leave is taken out and answered as if
-- it were refused at once; what stays keeps its order.

local MOST = module:get_option_number("s2s_send_queue_size", 32768); -- of a stream; Prosody 13 has this option, and 0.12 no limit

return function (control)

local internals, gate, answers = control.internals, control.gate, control.answers;
local waiting = {};
local judged_by = setmetatable({}, { __mode = "kv" }); -- stream -> the state by which all was judged that waits for it

-- What is to become of each thing that waits: item -> false, or the stanza in its place; and why those must stay here.
local function judge(session, breathe)
	local verdicts, refusals = {}, {};
	for _, item in ipairs(internals.waiting(session)) do
		local stanza, name = internals.waiting_stanza(item);
		local left, code, kind = gate.judge_again(stanza, name, session.from_host, session.to_host);
		if not left then
			verdicts[item], refusals[#refusals + 1] = false, { item = item, stanza = stanza, code = code, kind = kind };
		elseif stanza and left ~= stanza then
			verdicts[item] = left;
		end
		breathe();
	end
	return verdicts, refusals;
end

local function review(session, breathe)
	local state = control.current();
	local verdicts, refusals = judge(session, breathe);
	if control.current() ~= state then return; end -- the rules changed meanwhile, and we are called once more
	local taken_out = internals.change_waiting(session, verdicts); -- fewer than were refused when the stream failed meanwhile
	judged_by[session] = state;
	for _, refused in ipairs(refusals) do
		if taken_out[refused.item] then gate.refuse_again(refused.stanza, refused.code, refused.kind, session.from_host); end
	end
end

-- What cannot be judged leaves no more: its stream ends, and who waits is answered. Returns the error.
local function reviewed(session, breathe)
	if internals.count_waiting(session) == 0 then return nil; end
	local ok, problem = pcall(review, session, breathe);
	if ok then return nil; end
	module:log("error", "What waits for %s cannot be judged: %s", session.to_host, problem);
	internals.cut(session);
	return problem;
end

-- The rules changed. Runs in slices.
function waiting.review()
	for session in pairs(internals.streams()) do reviewed(session, control.slices.breathe); end
end

-- How many stanzas wait for streams.
function waiting.count()
	local count = 0;
	for session in pairs(internals.streams()) do count = count + internals.count_waiting(session); end
	return count;
end

local function created(event)
	local wrong = internals.wrong_waiting(event.session);
	if wrong then return control.close(wrong); end
	judged_by[event.session] = control.current();
end

-- By the rules in force at this moment. Returns an error.
function waiting.review_now(session)
	local state = control.current();
	if state and judged_by[session] == state then return nil; end
	return reviewed(session, function () end);
end

-- Before what waits is sent.
local function established(event)
	local problem = waiting.review_now(event.session);
	if problem then error(problem, 0); end -- mod_s2s sends nothing then
end

-- Before mod_s2s adds to what waits.
local function full(event)
	local session = internals.stream_to(event.from_host, event.to_host);
	if not session or internals.count_waiting(session) < MOST then return; end
	gate.tell(event.origin or internals.hosts[event.from_host], event.stanza, answers.too_many);
	return true;
end

function waiting.guard(context)
	context:hook("s2sout-created", created);
	context:hook("route/remote", full);
end

function waiting.install() module:hook("s2sout-established", established, 1000); end

return waiting;

end;
