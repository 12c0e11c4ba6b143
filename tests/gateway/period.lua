-- Prints what period.lib.lua reads from arg[2], or its error.

local read = assert(loadfile(arg[1] .. "/period.lib.lua"))()
print(select(2, pcall(read, arg[2])))
