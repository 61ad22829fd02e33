"""The command ``copy-average``: its group, and how it ends."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from importlib import import_module

import click

#: Commands and the module and attribute that hold them; loaded when called, so that -h is quick.
COMMANDS = {
    "verify": (
        "verify.cli.verify_command",
        "verify_command",
        "Run flows from seeds and compare their ends with the theory.",
    ),
    "flow": ("verify.cli.flow_command", "flow_command", "Run one flow and show the network where it ends."),
    "claims": ("verify.cli.claims_command", "claims_command", "List every claim of the theory with its standing."),
    "match": (
        "verify.cli.match_command",
        "match_command",
        "Name the structure of a network that was trained elsewhere.",
    ),
    "certify": (
        "verify.cli.certify_command",
        "certify_command",
        "Prove that a structure of the theory is a critical point, and of which index.",
    ),
    "boundaries": (
        "verify.cli.boundaries_command",
        "boundaries_command",
        "Print the phase boundaries for each k, certified, and their laws for large k.",
    ),
    "separatrix": (
        "verify.cli.separatrix_command",
        "separatrix_command",
        "Bisect between flows to CA and to PC, and certify the saddle between them.",
    ),
    "sweep": ("verify.cli.sweep_command", "sweep_command", "Run a large grid of flows into a store, resumable."),
    "universality": (
        "verify.cli.universality_command",
        "universality_command",
        'Ask of every activation whether "n - 1 copy, one averages" holds, and write a page.',
    ),
    "merge": ("verify.cli.merge_command", "merge_command", "Join the stores of several sweeps in one."),
    "export": ("verify.cli.export_command", "export_command", "Write the runs of a store as CSV or Parquet."),
    "plot": ("verify.cli.plot_command", "plot_command", "Draw the figures of a store, as a paper would print them."),
    "derive": (
        "verify.cli.derive_command",
        "derive_command",
        "Write the derivations as a document (LaTeX, PDF, HTML, Markdown), each step checked.",
    ),
    "recheck": (
        "verify.cli.recheck_command",
        "recheck_command",
        "Prove the theorems of certificate files again, from their numbers alone.",
    ),
}

INTERRUPTED = 130
BAD_INPUT = 2


class _Commands(click.Group):
    """Loads the module of a command when it is called."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        module, name, _ = COMMANDS[cmd_name]
        command: click.Command = getattr(import_module(module), name)
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        if args and args[0] not in COMMANDS:
            raise click.UsageError(f"got the command {args[0]!r}, known are {', '.join(COMMANDS)}", ctx)
        return super().resolve_command(ctx, args)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl([(name, text) for name, (_, _, text) in COMMANDS.items()])


def _version(ctx: click.Context, param: click.Parameter, value: bool) -> None:
    if value:
        from verify.versions import versions

        found = versions()
        rest = ", ".join(f"{name} {number}" for name, number in found.items() if name != "copy-average")
        click.echo(f"copy-average {found['copy-average']} ({rest})")
        ctx.exit()


@click.group(
    cls=_Commands,
    context_settings={"help_option_names": ["-h", "--help"]},
    no_args_is_help=False,
    invoke_without_command=True,
    epilog="Exit status: 0 all agrees with the theory, 1 something contradicts it, 2 bad input, 3 unknown, "
    "130 interrupted.",
)
@click.option(
    "--version", is_flag=True, is_eager=True, expose_value=False, callback=_version, help="Show versions and exit."
)
@click.pass_context
def group(ctx: click.Context) -> None:
    """Check the theory of copying and averaging networks against simulation.

    Does gradient flow on the population loss of a student with n hidden neurons end where the theory says,
    for a teacher with k?
    """
    if ctx.invoked_subcommand is None:
        raise click.UsageError(f"no command given, known are {', '.join(COMMANDS)} (-h for help)", ctx)


def complain(message: str, where: str = "copy-average") -> None:
    """One line on standard error."""
    line = " ".join(message.split())
    sys.stderr.write(f"{where}: error: {line}\n")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line and return its exit status."""
    try:
        status = group.main(args=arguments, prog_name="copy-average", standalone_mode=False)
    except click.ClickException as error:
        context = getattr(error, "ctx", None)
        complain(error.format_message(), context.command_path if context else "copy-average")
        return BAD_INPUT
    except (click.Abort, KeyboardInterrupt):
        complain("interrupted, nothing was finished")
        return INTERRUPTED
    except BrokenPipeError:
        # The reader of a pipe has gone; nobody is left to tell.
        sys.stderr.close()
        return INTERRUPTED
    return status if isinstance(status, int) else 0
