"""Is "n - 1 copy, one averages" universal? Structures, flows and a page of results for every activation."""
