-- For tests only: Prosody's rooms, which take who joins by the protocol before XEP-0045 too, as others' rooms do.

local MUC = "http://jabber.org/protocol/muc";

module:hook("presence/full", function (event)
	local stanza = event.stanza;
	if not stanza.attr.type and not stanza:get_child("x", MUC) then stanza:tag("x", { xmlns = MUC }):up(); end
end, 1000);
