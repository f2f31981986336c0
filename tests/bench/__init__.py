"""The benchmark behind `make bench`: the search against two baselines, and its growth with the clinic."""
