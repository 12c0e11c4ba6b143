-- After the rules in force changed: first what waits, then the people, then the streams that carried the news to them.
-- Where a part of it fails, what it was to close is closed in another way (waiting, streams) or tried again (presence). Where
-- that fails too, something that was allowed before may still be open: then nobody federates, which closes everything,
-- until that has succeeded. The alarm ends when a whole change by the rules in force has.

local timer = require "util.timer";

local FIRST_DELAY, LONGEST_DELAY = 1, 300;

return function (control)

local halted, closed = false, false; -- nobody federates; and all that was open before is closed
local running, once_more, delay, pending = false, false, FIRST_DELAY, false;
local changed;

local function halt(now)
	halted, closed = now, false;
	control.halt(now);
end

-- Once more, later and later: when all of before is closed, by the rules in force.
local function try_again()
	if pending then return; end
	pending = true;
	timer.add_task(delay, function ()
		pending = false;
		if control.unloaded then return; end
		if closed then halt(false); end
		changed();
	end);
	delay = math.min(delay * 2, LONGEST_DELAY);
end

local function alarm(problem)
	control.report.alarm("change-failed", problem);
	control.news();
end

local function failed(problem)
	alarm(problem);
	if halted then return try_again(); end
	halt(true);
	once_more = true;
end

local function went_well(left)
	if left then
		alarm(left);
		try_again();
	elseif halted then
		closed = true;
		try_again();
	else
		if control.report.alarms()["change-failed"] then control.news(); end
		control.report.over("change-failed");
		delay = FIRST_DELAY;
	end
end

-- One part after the other, whatever became of the one before. Runs in slices.
local function every_part()
	local left, problem;
	for _, part in ipairs { control.waiting.review, control.presence.reconcile, control.streams.enforce } do
		local ok, result = pcall(part);
		if ok then left = left or result; else problem = problem or result; end
	end
	if problem then error(problem, 0); end
	return left;
end

function changed()
	once_more = running;
	if running then return; end
	running = true;
	control.slices.run(every_part, function (ok, result)
		running = false;
		if not ok then failed(result); elseif not once_more then went_well(result); end
		if once_more then changed(); end
	end);
end

return changed;

end;
