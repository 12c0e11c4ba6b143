-- What the server makes of names, one in hexadecimal a line: its local part, its domain in letters and in A-labels
-- as the gate compares it, each in hexadecimal; "-" for what it refuses.

local encodings = require "util.encodings"
local nodeprep, nameprep = encodings.stringprep.nodeprep, encodings.stringprep.nameprep
local to_ascii = encodings.idna.to_ascii

local function hex(text)
	return text and text:gsub(".", function (byte) return ("%02x"):format(byte:byte()) end) or "-"
end

for line in io.lines() do
	local text = line:gsub("%x%x", function (pair) return string.char(tonumber(pair, 16)) end)
	local domain = nameprep(text)
	print((hex(nodeprep(text))), (hex(domain)), (hex(domain and to_ascii(domain))))
end
