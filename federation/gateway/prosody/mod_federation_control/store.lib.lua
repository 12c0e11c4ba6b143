-- The last good state on disk: `state` (a full document), `journal` (change documents after it), `contact` (when
-- the panel last confirmed it). Files are replaced by rename; Lua cannot fsync, so after a power cut a file may
-- be torn: the hash of each document tells, and what cannot be believed is not used.
--
-- When the disk cannot take the newest state, the old one goes too: a server that starts without the panel had
-- better let nobody out than those who were allowed yesterday. From then on (`lost`) changes are of no use here: all is
-- well again when a full document was written and could be read back.

local lfs = require "lfs";
local CHUNK = 16384;
local LONGEST_JOURNAL = 16 * 1024 * 1024;

return function (directory, new_document, breathe)

-- `lost`: why the rules are not on disk; `unconfirmed`: why not when they were confirmed; `damaged`: what was wrong at the start.
local store = { lost = nil, unconfirmed = nil, damaged = nil };
local function path(name) return directory .. "/" .. name; end

local function replace(name, text)
	local file, problem = io.open(path(name .. ".new"), "wb");
	if not file then return nil, problem; end
	local ok, failed = file:write(text);
	if ok then ok, failed = file:close(); else file:close(); end
	if ok then ok, failed = os.rename(path(name .. ".new"), path(name)); end
	if not ok then os.remove(path(name .. ".new")); end
	return ok, failed;
end

-- Keeps the pieces of a full document while they arrive.
function store:begin()
	self.incoming, self.problem = io.open(path("state.new"), "wb");
end

function store:take(data)
	if not self.incoming then return; end
	local ok, problem = self.incoming:write(data);
	if not ok then self:abandon(problem); end
end

function store:abandon(problem)
	if self.incoming then self.incoming:close(); end
	self.incoming, self.problem = nil, problem;
	os.remove(path("state.new"));
end

-- A document that is the state on disk, read to its end; or nil and what is wrong.
local function read_document(identity)
	local file, problem = io.open(path("state"), "rb");
	if not file then return nil, lfs.attributes(path("state")) and problem or "missing"; end
	local document = new_document(nil, identity);
	repeat
		local data = file:read(CHUNK);
		document:taken();
		breathe();
	until not data or not document:feed(data)
	file:close();
	local wrong = document:verdict() or (document.rest ~= "" and "corrupt") or (document.header.kind ~= "full" and "corrupt");
	if wrong then return nil, wrong; end
	return document;
end

-- Makes the document that arrived the state. nil and the reason when the disk would not.
function store:keep()
	if not self.incoming then return self:forget(self.problem or "not open"); end
	local ok, problem = self.incoming:close();
	self.incoming = nil;
	os.remove(path("journal")); -- of the old state; without it that one is merely older
	if ok then ok, problem = os.rename(path("state.new"), path("state")); end
	local kept = ok and (not self.lost or read_document(self.identity));
	if not kept then return self:forget(problem or "what was written cannot be read back"); end
	self.lost, self.damaged = nil, nil;
	return true;
end

local function journal_is_long() return (lfs.attributes(path("journal"), "size") or 0) > LONGEST_JOURNAL; end

-- Adds a change document that is about to count. True, or nil and the reason; and whether a full document should
-- take the place of a journal that has become long.
function store:append(pieces)
	if self.lost or self.damaged then return nil, self.lost or self.damaged; end
	if not lfs.attributes(path("state")) then return self:forget("what was kept is not there any more"); end
	local file, problem = io.open(path("journal"), "ab");
	local ok = file and true;
	if file then
		for _, piece in ipairs(pieces) do
			if ok then ok, problem = file:write(piece); end
			breathe();
		end
		local closed, late = file:close();
		if ok and not closed then ok, problem = nil, late; end
	end
	if not ok then return self:forget(problem or "not written"); end
	return true, nil, journal_is_long();
end

-- Nothing on disk can be believed any more. nil and the reason.
function store:forget(problem)
	for _, name in ipairs { "state", "journal", "state.new" } do os.remove(path(name)); end
	self.lost = problem;
	return nil, problem;
end

-- True, or nil when the disk would not.
function store:confirm(seconds)
	local ok, problem = replace("contact", ("%d\n"):format(seconds));
	self.unconfirmed = not ok and (problem or "not written") or nil;
	return ok;
end

function store:confirmed()
	local file = io.open(path("contact"), "rb");
	local text = file and file:read(32);
	if file then file:close(); end
	return text and tonumber(text:match("^(%d+)\n$"));
end

local function read_state(identity)
	local document, wrong = read_document(identity);
	if not document then return nil, wrong; end
	local state;
	document:commit(breathe, function (read) state = read; end);
	return state;
end

-- Applies what the journal holds; returns the state and, when a part had to be left, what was wrong with it.
local function read_journal(state, identity)
	local file = io.open(path("journal"), "rb");
	if not file then return state; end
	local rest, document = "", nil;
	while true do
		local data = file:read(CHUNK);
		if not data then break; end
		rest = rest .. data;
		repeat
			document = document or new_document(state, identity);
			document:feed(rest);
			rest = "";
			local over = document.problem or document:complete();
			if over then
				local wrong = document:verdict() or (document.header.kind ~= "changes" and "corrupt");
				if wrong then file:close(); return state, wrong; end
				document:commit(breathe, function (newer) state = newer; end);
				rest, document = document.rest, nil;
			end
			breathe();
		until not over or rest == ""
	end
	file:close();
	return state, document and "truncated" or nil;
end

-- The state of the last run, or nil; what was wrong, as a code ("missing" on the first start); and whether a full
-- document from the panel should take the place of what is on disk, because the journal is damaged or long.
function store:load(identity)
	lfs.mkdir(directory);
	self.identity = identity;
	local state, problem = read_state(identity);
	if not state then
		self.damaged = problem ~= "missing" and problem or nil;
		return nil, problem;
	end
	local wrong;
	state, wrong = read_journal(state, identity);
	self.damaged = wrong;
	return state, wrong and "journal-" .. wrong or nil, wrong ~= nil or journal_is_long();
end

return store;

end;
