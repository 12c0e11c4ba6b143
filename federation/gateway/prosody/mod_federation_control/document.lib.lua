-- Reads a document of the panel (federation/gateway/wire.py) piece by piece as it arrives and checks all of it
-- before any of it counts. Plain Lua. Fed 16 KiB at a time, it never keeps the server for more than a
-- millisecond or two, so a full document of a million users needs no other slicing.

return function (tools, new_state)

local LONGEST_LINE = 4 * 1024 * 1024;
local MOST_OBJECTS = 5000000;

local Document = {};
Document.__index = Document;

-- `state` is what is in force, or nil; `identity` has gateway (our name) and panel (the one we follow, or nil).
local function new(state, identity)
	return setmetatable({
		state = state, identity = identity;
		header = nil, target = nil, hash = nil, count = 0, lines = 0;
		kinds = {}, kind = nil, key = nil; -- those that came, and the last: order shows that none comes twice
		pieces = {}; -- as they came; of a full document only those that nobody took
		rest = ""; -- an unfinished line
		problem = nil; -- the first, as a code
	}, Document);
end

local function whole(n) return type(n) == "number" and n >= 0 and n % 1 == 0; end

local function header_problem(self, header)
	if type(header) ~= "table" or header.protocol ~= 1 then return "corrupt"; end
	if not (whole(header.revision) and whole(header.count) and whole(header.lines))
	or header.count > MOST_OBJECTS or header.lines > MOST_OBJECTS
	or type(header.hash) ~= "string" or type(header.panel) ~= "string" then return "corrupt"; end
	if header.gateway ~= self.identity.gateway then return "foreign-gateway"; end
	if self.identity.panel and header.panel ~= self.identity.panel then return "foreign-panel"; end
	local now = self.state and self.state.revision or 0;
	if header.revision < now then return "older"; end
	if header.kind == "changes" then
		return (not self.state or header.from ~= now) and "gap" or nil;
	end
	return header.kind ~= "full" and "corrupt" or nil;
end

local function read_header(self, line)
	local header = tools.decode(line);
	self.problem = header_problem(self, header);
	if self.problem then return; end
	self.header = header;
	if header.kind == "full" then
		self.target = new_state();
		self.hash, self.count = self.target.hash, 0;
	else
		self.target = self.state;
		self.hash, self.count = self.state.hash, self.state.count;
	end
end

-- Whether an object comes where it should: kinds one after the other, keys of one kind in ascending order.
local function in_order(self, key)
	if self.key and key:sub(1, #self.kind) == self.kind then
		if key <= self.key then return false; end
	else
		self.kind = key:match("^%l+:");
		if self.kinds[self.kind] then return false; end
		self.kinds[self.kind] = true;
	end
	self.key = key;
	return true;
end

local function parse(line)
	local key, json = line:match("^(%l+:[^%c ]+) (.+)$");
	return key or line:match("^%l+:[^%c ]+$"), json;
end

local function read_line(self, line)
	if not self.header then return read_header(self, line); end
	self.lines = self.lines + 1;
	local state, full = self.target, self.header.kind == "full";
	local key, json = parse(line);
	if not key or self.lines > self.header.lines or not in_order(self, key)
	or (not json and full) or (json and not state:read(key, json)) then
		self.problem = "corrupt";
		return;
	end
	if full then
		state:add(key, json);
	else
		local old = state:get(key);
		if old then self.hash, self.count = tools.xor(self.hash, tools.sha256(key .. " " .. old)), self.count - 1; end
	end
	if json then self.hash, self.count = tools.xor(self.hash, tools.sha256(line)), self.count + 1; end
end

-- Takes the next piece; false once the document is refused. What follows the last line is left in `rest`
-- when the document came from a journal, where another may follow.
function Document:feed(data)
	if self.problem then return false; end
	self.pieces[#self.pieces + 1] = data;
	local from = 1;
	if self.rest ~= "" then
		data = self.rest .. data;
		self.rest = "";
	end
	while not self.problem and not self:complete() do
		local at = data:find("\n", from, true);
		if not at then break; end
		read_line(self, data:sub(from, at - 1));
		from = at + 1;
	end
	self.rest = data:sub(from);
	if #self.rest > LONGEST_LINE and not self:complete() then self.problem = "corrupt"; end
	return not self.problem;
end

-- The pieces so far, which are then forgotten: for a full document, too large to keep twice.
function Document:taken()
	local pieces = self.pieces;
	self.pieces = {};
	return ipairs(pieces);
end

-- Whether every line that the header announced is here.
function Document:complete()
	return self.header ~= nil and self.lines == self.header.lines;
end

-- After the last piece: nil when all of it is right, else what is wrong with it.
function Document:verdict()
	if self.problem then return self.problem; end
	if not self:complete() then return "truncated"; end
	if self.count ~= self.header.count or tools.hex(self.hash) ~= self.header.hash then return "hash-differs"; end
end

-- Sets in a state what a change document says, from the pieces it came in.
local function set_changes(self, state, breathe)
	local rest, left = "", self.header.lines + 1;
	for _, piece in ipairs(self.pieces) do
		local text, from = rest .. piece, 1;
		while left > 0 do
			local at = text:find("\n", from, true);
			if not at then break; end
			if left <= self.header.lines then
				state:set(parse(text:sub(from, at - 1)));
				breathe();
			end
			left, from = left - 1, at + 1;
		end
		rest = text:sub(from);
	end
end

-- Makes a document count that has no problem: put_in_force(state) is called once all of it is in that state.
-- `breathe` is called between objects, so that a hundred thousand changes are not one pause; until
-- put_in_force() every answer is of the old revision and after it of the new one, for a mixture of both could
-- allow what neither does.
function Document:commit(breathe, put_in_force)
	local state, header = self.target, self.header;
	if header.kind == "changes" then
		state = self.state:branch(breathe);
		set_changes(self, state, breathe);
	end
	-- floor: cjson makes every number a float, which would travel back as 7.0
	state.panel, state.gateway, state.revision = header.panel, header.gateway, math.floor(header.revision);
	state.hash, state.count = self.hash, self.count;
	put_in_force(state);
	state:settle(breathe);
end

return new;

end;
