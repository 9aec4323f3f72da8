"""A small project of the kind that lies beside a notebook."""
