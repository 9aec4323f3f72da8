"""``nbtrail``: the group of commands, loaded one by one so that ``--help`` is quick."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Sequence
from typing import NoReturn

import click

from nbtrail._version import __version__
from nbtrail.cli.refusal import FAILED, refuse

__all__ = ["commands", "main"]

_COMMANDS = {
    "demo": ("demo", "Run the whole thread on real data in a fresh folder."),
    "runs": ("runs", "List runs, newest first."),
    "show": ("runs", "Show everything about one run."),
    "compare": ("runs", "Show what differs between runs, differences first."),
    "why": ("runs", "Show why two runs differ, the most direct cause first."),
    "delete": ("lifecycle", "Put runs into the trash."),
    "promote": ("registry", "Make a run's model a version of a registered model."),
    "models": ("registry", "List the registered models."),
    "export": ("pipelines", "Turn a run into a verified pipeline."),
    "verify": ("pipelines", "Run an exported pipeline again and compare."),
    "retrain": ("pipelines", "Run an exported pipeline with other values, as a new run."),
    "store": ("store", "Look after the .nbtrail folder."),
}


class _Lazy(click.Group):
    """Imports a command when it is called; the signatures are click's."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002
        return list(_COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        if cmd_name not in _COMMANDS:
            return None
        module = importlib.import_module(f"nbtrail.cli.{_COMMANDS[cmd_name][0]}")
        command: click.Command = getattr(module, cmd_name)
        return command

    def format_commands(
        self,
        ctx: click.Context,  # noqa: ARG002
        formatter: click.HelpFormatter,
    ) -> None:
        with formatter.section("Commands"):
            formatter.write_dl([(name, text) for name, (_, text) in _COMMANDS.items()])


@click.group("nbtrail", cls=_Lazy, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="nbtrail")
def commands() -> None:
    """Find, compare, repeat and ship the results of your notebooks.

    RUN is an id's beginning, a name, last, last~2, best or best:METRIC.
    """


def main(arguments: Sequence[str] | None = None) -> NoReturn:
    """Run the command line and leave with its exit code.

    Parameters
    ----------
    arguments : sequence of str, optional
        Those of the process when absent.
    """
    given = list(sys.argv[1:] if arguments is None else arguments) or ["--help"]
    try:
        code = commands.main(given, prog_name="nbtrail", standalone_mode=False)
    except click.UsageError as error:
        code = refuse(error, as_json="--json" in given)
    except click.Abort:
        click.echo("Interrupted.", err=True)
        code = FAILED
    sys.exit(code if isinstance(code, int) else 0)
