"""Pages, a package each: layout, ids and the parts that no other page uses."""
