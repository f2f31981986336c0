"""Fresh weeks planned by `solve` and by a peer, alternately on one machine, both judged by the oracle."""
