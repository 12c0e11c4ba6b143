-- Whether somebody outside is on a contact list: rule 9 asks, of people of public unverified partners. The list of who is
-- offline is read from disk, in the server's own loop, and strangers choose who that is: so the reading has a fifth of the
-- time. Beyond it such partners' streams wait, in order and without loss; other partners' do not.

local async = require "util.async";
local jid = require "util.jid";
local now = require "util.time".monotonic;

local SHARE = 5; -- one part in so many
local AHEAD = 0.05; -- seconds of waiting that may be owed: a few lists in a row are read at once

return function (control)

local internals = control.internals;
local contacts = {};
local free_at = 0; -- when what was read so far is no more than its share

function contacts.has(address, remote)
	local began = now();
	local node, host = jid.split(address);
	local roster = internals.load_roster(node, host);
	free_at = math.max(free_at, began) + (now() - began) * SHARE;
	return roster ~= nil and roster[jid.bare(remote)] ~= nil;
end

-- Before a stanza of a partner's stream is judged: by the rules in force when the wait is over.
function contacts.wait(session, domain, here)
	while free_at - now() > AHEAD do
		local partner = control.gate.peer(domain, here);
		if not partner or control.rules.types[partner.type].may_write or not async.ready() then return; end
		local seconds = free_at - now() - AHEAD / 2;
		internals.pause_stream(session, seconds + 0.01);
		async.sleep(seconds);
	end
end

return contacts;

end;
