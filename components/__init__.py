"""Everything that draws. Components take and return plain data; pages put them together."""
