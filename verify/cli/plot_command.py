"""``copy-average plot``: the figures of a store."""

from __future__ import annotations

import shlex
import sys
from importlib.util import find_spec

import click
from rich.console import Console

from verify.cli.folder import output_folder
from verify.cli.options import Several, Sizes
from verify.cli.stores import reading, refused
from verify.sweep.guard import StoreError

KINDS = ["loss", "fractions", "fates", "gradients", "weights", "courses", "plane", "spectrum"]
EXAMPLES = """\b
Examples:
  copy-average plot runs.db --out figures
  copy-average plot runs.db --out figures --only weights,courses,spectrum -k 50 -n 25"""


@click.command("plot", epilog=EXAMPLES)
@click.argument("name", metavar="STORE")
@click.option("--out", "target", metavar="DIR", default="figures", show_default=True, help="Folder, made if need be.")
@click.option(
    "--only", "kinds", type=Several(KINDS), default=",".join(KINDS), help="Figures to draw.  [default: all]"
)
@click.option("--format", "formats", type=Several(["pdf", "png", "svg"]), default="pdf,png", show_default=True,
              help="Kinds of files.")  # fmt: skip
@click.option(
    "-n", "n", type=Sizes(), default=None, help="Only these n; then every one has its figures of single cells."
)
@click.option("-k", "k", type=Sizes(), default=None, help="Only these k.")
def plot_command(
    name: str,
    target: str,
    kinds: tuple[str, ...],
    formats: tuple[str, ...],
    n: tuple[int, ...] | None,
    k: tuple[int, ...] | None,
) -> int:
    """Draw the runs of a store as a paper would print them, one column wide, each figure with a caption file.

    Over n: loss with the curves of CA and PC; fractions of seeds by structure with the exact phase boundaries;
    gradient norms. At one n (where seeds are divided most evenly among structures, or -n): weights beside the
    prediction, courses of loss and gradient, Hessian spectra beside the predicted ones. At (2, 3): the paths of the
    incoming vectors in the teachers' plane.
    """
    if find_spec("matplotlib") is None:
        raise click.UsageError("needs matplotlib: pip install 'copy-average[plot]'")
    with reading(name) as store:
        folder = output_folder(target)
        from verify.figures.atlas import draw_all

        command = shlex.join(["copy-average", *sys.argv[1:]])
        drawn = 0
        with Console(stderr=True).status("drawing") as status:
            try:
                for drawn, figure in enumerate(  # noqa: B007  (counted)
                    draw_all(store, folder, command, formats=formats, n=n, k=k, kinds=kinds), start=1
                ):
                    status.update(f"drawing: {figure} done")
                    click.echo(str(folder / figure))
            except StoreError as error:
                raise refused(name, error, "STORE") from None
            except OSError as error:
                reason = (error.strerror or str(error)).lower()
                raise click.BadParameter(f"cannot write in {target!r} ({reason})", param_hint="--out") from None
    if not drawn:
        raise click.UsageError(f"{name} holds no runs to draw there, needs others of -n, -k or --only")
    return 0
