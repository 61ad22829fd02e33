"""``copy-average export``: the runs of a store as CSV or Parquet."""

from __future__ import annotations

import os
from pathlib import Path

import click

from verify.cli.stores import reading, refused
from verify.sweep.export import FORMATS, NoParquet, write_csv, write_parquet
from verify.sweep.guard import StoreError

EXAMPLES = """\b
Examples:
  copy-average export runs.db --out runs.csv
  copy-average export runs.db --out runs.parquet"""


@click.command("export", epilog=EXAMPLES)
@click.argument("name", metavar="STORE")
@click.option("--out", "target", metavar="FILE", required=True, help="A file ending in .csv or .parquet.")
def export_command(name: str, target: str) -> int:
    """Write one row for each run of a store, with the columns of its view "runs" (verify/sweep/schema.sql).

    Numbers of more than double precision are text. Networks and courses stay in the store.
    """
    path = Path(target)
    kind = path.suffix.lstrip(".").lower()
    if kind not in FORMATS:
        raise click.BadParameter(
            f"got {target!r}, needs a file ending in .{' or .'.join(FORMATS)}", param_hint="--out"
        )
    if path.is_dir() or not path.absolute().parent.is_dir() or not os.access(path.absolute().parent, os.W_OK):
        raise click.BadParameter(
            f"cannot write {target!r}, needs a file in a folder that can be written", param_hint="--out"
        )
    beside = path.with_name(f".{path.stem}.{os.getpid()}{path.suffix}")
    with reading(name) as store:
        try:
            count = (write_csv if kind == "csv" else write_parquet)(store, beside)
            beside.replace(path)
        except StoreError as error:
            raise refused(name, error, "STORE") from None
        except NoParquet as error:
            raise click.BadParameter(str(error), param_hint="--out") from None
        except OSError as error:
            reason = (error.strerror or str(error)).lower()
            raise click.BadParameter(f"cannot write {target!r} ({reason})", param_hint="--out") from None
        finally:
            beside.unlink(missing_ok=True)
    click.echo(f"{target}: {count} runs")
    return 0
