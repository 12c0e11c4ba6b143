-- Long work in short slices: no more than SLICE seconds at a time, and as long again for the server's own.

local timer = require "util.timer";
local now = require "util.time".monotonic;

local SLICE, GAP = 0.005, 0.005;
local slices = { longest = 0 };
local slice_began = 0;

-- Called often by the work: gives the server its turn when the slice is used up. Outside of run() it does nothing.
function slices.breathe()
	if coroutine.isyieldable() and slices.running and now() - slice_began >= SLICE then coroutine.yield(); end
end

-- Runs work() in slices, then done(ok, what work returned or its error).
function slices.run(work, done)
	local thread = coroutine.create(work);
	local function step()
		slice_began = now();
		slices.running = true;
		local ok, result = coroutine.resume(thread);
		slices.running = false;
		local took = now() - slice_began;
		if took > slices.longest then slices.longest = took; end
		if not ok or coroutine.status(thread) == "dead" then
			done(ok, result);
			return;
		end
		return GAP;
	end
	timer.add_task(0, step);
end

return slices;
