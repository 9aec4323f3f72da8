"""The life of runs: the only room that writes them."""
