-- What the panel said: the objects in force, their hash, and the questions that a decision asks of them.
-- Plain Lua; `tools` brings decode (JSON or nil) and the partner types.
--
-- A million users must not make the server stand still, and Lua's garbage collector visits every string and
-- traverses every table in one step. So users are no objects of Lua at all: those whose local parts hash alike
-- lie in one string, "...\nalice\t12\nbob\t7", where 12 names the JSON text that Alice's object has in common with
-- all of the same pool and policy. That is a third of the memory of a table entry each, and nothing to collect.

return function (tools)

local decode = tools.decode;
local byte, find, match, sub = string.byte, string.find, string.match, string.sub;
local ZERO = ("\0"):rep(32);
local BUCKETS = 16384; -- of 61 users when there are a million
-- Every bucket begins with it: strings of up to 40 bytes stand in one table of Lua's, and each that is added there
-- makes every string slower that the server makes for a stanza.
local LONG = (" "):rep(40);

local SMALL = { "objects", "decoded", "domains", "partners", "policies", "site_policies", "pools" };

local State = {};
State.__index = State;

local function new()
	return setmetatable({
		panel = nil, gateway = nil, revision = 0, hash = ZERO, count = 0;
		edge = false, limits = {};
		objects = {}; -- key -> JSON text, of everything but users
		decoded = {}; -- key -> table
		domains = {}; -- ours: name -> true
		partners = {}; -- domain -> partner
		policies = {}, default_policy = nil, site_policies = {}; -- by number; by site
		pools = {}; -- by number
		users = {}; -- host -> bucket -> text
		facts = {}; -- JSON text of a user -> table
		texts = {}, names = { last = 0 }; -- name of a JSON text (digits) -> text, and the reverse
		records = {}; -- name -> what rules.lib.lua asks of a user
	}, State);
end

-- Every byte counts: names may begin and end alike and differ in the middle. The modulus is a prime below 2^32.
local function bucket_of(node)
	local hash = #node;
	for i = 1, #node do hash = (hash * 65599 + byte(node, i)) % 4294967291; end
	return hash % BUCKETS;
end

local function split_user(key)
	return key:match("^user:([^@]+)@([^@/]+)$");
end

-- Whether a decoded object has the fields that we read. Others are the panel's business.
local checks = {
	edge = function (o) return type(o.federation) == "boolean"; end;
	xmpp = function (o) return type(o.connection_limit) == "number" and type(o.partner_connection_limit) == "number"; end;
	domain = function () return true; end;
	policy = function (o) return type(o.federation) == "boolean" and type(o.xmpp) == "boolean" and type(o.scope) == "string"; end;
	pool = function (o) return type(o.site) == "number" and type(o.survivable) == "boolean"; end;
	partner = function (o)
		return type(o.domains) == "table" and type(o.methods) == "table" and tools.types[o.type] ~= nil;
	end;
	user = function (o) return type(o.enabled) == "boolean"; end;
};

-- The object of a line as a table, or nil when it is broken. Users' are shared: there are few different ones.
function State:read(key, json)
	local kind = key:match("^(%l+):");
	if kind == "user" and self.facts[json] and split_user(key) then return self.facts[json]; end
	local object = decode(json);
	if not kind or type(object) ~= "table" then return nil; end
	local check = checks[kind];
	if check and not check(object) then return nil; end
	if kind == "user" then
		if not split_user(key) then return nil; end
		self.facts[json] = object;
	end
	return object;
end

-- The name of a user's JSON text, and where his entry begins and ends in his bucket.
local function entry_of(self, node, host)
	local buckets = self.users[host];
	local bucket = buckets and buckets[bucket_of(node)];
	if not bucket then return nil; end
	local from, to = find(bucket, "\n" .. node .. "\t", 1, true);
	if not from then return nil; end
	local name = match(bucket, "^%d+", to + 1);
	return name, bucket, from, to + #name;
end

-- The JSON text that an object has now, or nil.
function State:get(key)
	local node, host = split_user(key);
	if not node then return self.objects[key]; end
	local name = entry_of(self, node, host);
	return name and self.texts[name];
end

local function name_of(self, json)
	local name = self.names[json];
	if not name then
		self.names.last = self.names.last + 1;
		name = ("%d"):format(self.names.last);
		self.names[json], self.texts[name] = name, json;
	end
	return name;
end

local function put_user(self, node, host, json)
	local _, bucket, from, to = entry_of(self, node, host);
	local buckets, number = self.users[host] or {}, bucket_of(node);
	self.users[host] = buckets;
	local others = from and sub(bucket, 1, from - 1) .. sub(bucket, to + 1) or buckets[number] or LONG;
	-- Not nil when nobody is left: of a branch, nil would let those shine through who were there before.
	buckets[number] = json and others .. "\n" .. node .. "\t" .. name_of(self, json) or others;
end

local index = {
	edge = function (self, _, old, new) if new or old then self.edge = new ~= nil and new.federation; end end;
	xmpp = function (self, _, _, new) self.limits = new or {}; end;
	domain = function (self, name, _, new) self.domains[name] = new and true; end;
	pool = function (self, number, _, new) self.pools[tonumber(number)] = new; self:forget_records(); end;
};

function index.partner(self, _, old, new)
	for _, domain in ipairs(old and old.domains or {}) do
		if self.partners[domain] == old then self.partners[domain] = nil; end
	end
	if not new then return; end
	new.can = {};
	for _, method in ipairs(new.methods) do new.can[method] = true; end
	for _, domain in ipairs(new.domains) do self.partners[domain] = new; end
end

function index.policy(self, number, old, new)
	self:forget_records();
	self.policies[tonumber(number)] = new;
	if old and self.default_policy == old then self.default_policy = nil; end
	if old and old.scope == "site" and self.site_policies[old.site] == old then self.site_policies[old.site] = nil; end
	if new and new.scope == "global" then self.default_policy = new; end
	if new and new.scope == "site" then self.site_policies[new.site] = new; end
end

-- What governs people may have changed.
function State:forget_records() self.records = {}; end

-- Puts an object that read() accepted, or with nil takes it away. The hash is the caller's.
function State:set(key, json)
	local node, host = split_user(key);
	if node then
		if json then self:read(key, json); end
		return put_user(self, node, host, json);
	end
	if self.shares_small then self:copy_small(); end
	local old, new = self.decoded[key], json and self:read(key, json) or nil;
	self.objects[key], self.decoded[key] = json, new;
	local kind, name = key:match("^(%l+):(.*)$");
	if index[kind] then index[kind](self, name, old, new); end
end

-- A state that begins as this one and may be changed while this one is in force, which notices nothing. What is
-- many is not copied: users' buckets show through until they are written to, the rest is copied when some of it
-- changes. Texts, facts and their names only ever grow and belong to both.
function State:branch(breathe)
	local branch = setmetatable({}, State);
	for field, value in pairs(self) do branch[field] = value; end
	branch.shares_small, branch.breathe = true, breathe;
	branch.users = {};
	for host, buckets in pairs(self.users) do branch.users[host] = setmetatable({}, { __index = buckets }); end
	return branch;
end

function State:copy_small()
	for _, field in ipairs(SMALL) do
		local copy = {};
		for key, value in pairs(self[field]) do
			copy[key] = value;
			self.breathe();
		end
		self[field] = copy;
	end
	self.shares_small = false;
end

-- Once the branch is in force and its origin is not: writes its buckets into the origin's. Whoever is asked for
-- meanwhile is found in the branch's first, so no answer changes.
function State:settle(breathe)
	for host, buckets in pairs(self.users) do
		local behind = getmetatable(buckets);
		while behind do
			for number, bucket in pairs(buckets) do
				behind.__index[number] = bucket;
				breathe();
			end
			buckets = behind.__index;
			self.users[host] = buckets;
			behind = getmetatable(buckets);
		end
	end
	self.shares_small, self.breathe = false, nil;
end

-- Puts an object that is not there yet.
function State:add(key, json)
	local node, host = split_user(key);
	if not node then return self:set(key, json); end
	local buckets, number = self.users[host], bucket_of(node);
	if not buckets then
		buckets = {};
		self.users[host] = buckets;
	end
	buckets[number] = (buckets[number] or LONG) .. "\n" .. node .. "\t" .. name_of(self, json);
end

-- The policy that governs: the user's own, else his site's, else the Global one. A number that leads nowhere
-- is no policy: nothing is allowed by mistake.
local function governing(self, facts, pool)
	if type(facts.policy) == "number" then return self.policies[facts.policy]; end
	if type(facts.pool) == "number" and not pool then return nil; end
	return pool and self.site_policies[pool.site] or self.default_policy;
end

local function record_of(self, name)
	local facts = self.facts[self.texts[name]];
	local pool = type(facts.pool) == "number" and self.pools[facts.pool] or nil;
	local policy = governing(self, facts, pool);
	local record = {
		enabled = facts.enabled;
		survivable = pool ~= nil and pool.survivable;
		federation = policy ~= nil and policy.federation;
		xmpp = policy ~= nil and policy.xmpp;
	};
	self.records[name] = record;
	return record;
end

-- The record of a user for rules.decide(), or nil.
function State:user(node, host)
	local name = entry_of(self, node, host);
	return name and (self.records[name] or record_of(self, name)) or nil;
end

return new;

end;
