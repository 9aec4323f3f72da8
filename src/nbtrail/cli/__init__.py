"""The command line: the same verbs as in the notebook, each with ``--json``."""
