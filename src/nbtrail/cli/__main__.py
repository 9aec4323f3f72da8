"""``python -m nbtrail.cli``: the command line without its script."""

from nbtrail.cli.main import main

main()
