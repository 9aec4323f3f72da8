"""What a notebook user touches: the magics and what they show. Wires, never computes."""
