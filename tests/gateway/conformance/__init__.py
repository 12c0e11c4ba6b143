"""The written table of rules, row by row, in Python, in Lua and on the wire."""
