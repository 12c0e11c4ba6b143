-- Seconds of an option that is a number of them or a period ("1 day", "12 hours"); nil when it is not set or "never".
-- Prosody 13 reads such options itself, 0.12 does not.

local units = { second = 1, minute = 60, hour = 3600, day = 86400, week = 604800, month = 2629746, year = 31556952 };

return function (value)
	if value == nil or value == false or value == "never" then return nil; end
	local number, unit = tostring(value):match("^%s*(%d+%.?%d*)%s*(%a*)%s*$");
	local seconds = unit == "" and 1 or unit and units[unit:lower():gsub("s$", "")];
	if not (number and seconds) then error(("federation_control_max_age is no period: %s"):format(tostring(value)), 0); end
	return tonumber(number) * seconds;
end;
