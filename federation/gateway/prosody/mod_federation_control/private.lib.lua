-- Files that only the server itself may read. Plain Lua but for Prosody's umask.

local pposix = require "util.pposix";
local private = {};

-- Writes a file of mode 0600. True, or nil and the reason.
function private.write(path, text)
	os.remove(path); -- one that lies there keeps its mode
	local before = pposix.umask("077");
	local file, problem = io.open(path, "wb");
	pposix.umask(before);
	if not file then return nil, problem; end
	local ok, failed = file:write(text);
	local closed, late = file:close();
	return ok and closed, failed or late;
end

-- The same, in the place of another file at once or not at all.
function private.replace(path, text)
	local ok, problem = private.write(path .. ".new", text);
	if ok then ok, problem = os.rename(path .. ".new", path); end
	if not ok then os.remove(path .. ".new"); end
	return ok, problem;
end

return private;
