-- What follows from this gateway's secret (federation/gateway/secret.py), and how to open what the panel sealed for
-- it (federation/gateway/sealing.py). Plain Lua; `tools` brings hmac (SHA-256, raw), hex, xor of two strings of the
-- same length, and equals, which takes the same time whatever differs.

return function (tools)

local NONCE, TAG = 16, 32;
local FORM = "2.";
local sealed = {};

-- The token that is shown to the panel, and the key that never travels: nil of a secret made before there was one.
function sealed.keys(secret)
	if secret:sub(1, #FORM) ~= FORM then return secret, nil; end
	return tools.hex(tools.hmac(secret, "federation-control token")), tools.hmac(secret, "federation-control sealing key");
end

local function key_stream(key, length)
	local blocks = {};
	for number = 0, (length - 1) // 32 do
		blocks[#blocks + 1] = tools.hmac(key, string.char(number // 16777216 % 256, number // 65536 % 256, number // 256 % 256, number % 256));
	end
	return table.concat(blocks):sub(1, length);
end

-- What was sealed with `key` for this gateway and purpose, or nil.
function sealed.open(text, key, gateway, purpose)
	if not key or #text < NONCE + TAG then return nil; end
	local nonce, cipher, tag = text:sub(1, NONCE), text:sub(NONCE + 1, -TAG - 1), text:sub(-TAG);
	local expected = tools.hmac(tools.hmac(key, "authenticate" .. nonce), gateway .. "\0" .. purpose .. "\0" .. cipher);
	if not tools.equals(expected, tag) then return nil; end
	return tools.xor(cipher, key_stream(tools.hmac(key, "encrypt" .. nonce), #cipher));
end

return sealed;

end;
