-- Opens what the panel sealed with this gateway's secret (federation/gateway/sealing.py says how). Plain Lua;
-- `tools` brings hmac (SHA-256, raw), xor of two strings of the same length, and equals, which takes the same time
-- whatever differs.

return function (tools)

local NONCE, TAG = 16, 32;

local function key_stream(key, length)
	local blocks = {};
	for number = 0, (length - 1) // 32 do
		blocks[#blocks + 1] = tools.hmac(key, string.char(number // 16777216 % 256, number // 65536 % 256, number // 256 % 256, number % 256));
	end
	return table.concat(blocks):sub(1, length);
end

-- What was sealed, or nil.
return function (sealed, secret, gateway)
	if #sealed < NONCE + TAG then return nil; end
	local nonce, cipher, tag = sealed:sub(1, NONCE), sealed:sub(NONCE + 1, -TAG - 1), sealed:sub(-TAG);
	local expected = tools.hmac(tools.hmac(secret, "authenticate" .. nonce), gateway .. "\0" .. cipher);
	if not tools.equals(expected, tag) then return nil; end
	return tools.xor(cipher, key_stream(tools.hmac(secret, "encrypt" .. nonce), #cipher));
end;

end;
