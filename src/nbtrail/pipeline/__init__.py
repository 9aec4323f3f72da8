"""From a run to a script that is proven to compute the same: plan, emit, verify, export."""
