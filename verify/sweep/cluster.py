"""A running dask.distributed cluster as an executor. Needs distributed (extra ``cluster``)."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

from verify.pool import AHEAD
from verify.sweep.engines import Engine

#: Seconds to wait for the scheduler, and for its first worker.
PATIENCE = 10
#: Workers that a task may take down with it before it is given up: a task is carried out again where its worker dies.
RETRIES = 5


class NoCluster(Exception):
    """The cluster cannot be used; the message is a clause that says why. Exact."""


@contextmanager
def cluster(address: str) -> Iterator[Engine]:
    """The workers of a scheduler, through the standard interface of executors. Exact.

    A task whose worker dies is given to another by the scheduler. Nothing is started and nothing is shut down here.

    Parameters
    ----------
    address : str
        As ``dask scheduler`` prints it, like ``tcp://10.0.0.1:8786``.

    Raises
    ------
    NoCluster
        If distributed is not installed, nobody answers, or there are no workers.
    """
    try:
        from distributed import Client
        from distributed.comm.addressing import get_address_host_port
    except ImportError:
        raise NoCluster("it needs dask.distributed: pip install 'copy-average[cluster]'") from None
    try:
        # Looked at first: a client that was made in vain takes half a minute to go away.
        get_address_host_port(address, strict=True)
        client = Client(address, timeout=PATIENCE, set_as_default=False)
    except (OSError, ValueError, TimeoutError) as error:
        reason = " ".join(str(error).split()) or type(error).__name__
        raise NoCluster(f"no scheduler answers there ({reason})") from None
    try:
        workers = _workers(client)
        executor = client.get_executor(pure=False, retries=RETRIES)
        yield Engine(executor, AHEAD * len(workers))
    finally:
        # Futures that are still out there are given up with their client.
        with suppress(OSError, TimeoutError):
            client.close(timeout=5)


def _workers(client: Any) -> list[str]:
    try:
        client.wait_for_workers(1, timeout=PATIENCE)
    except TimeoutError:
        raise NoCluster(
            f"its scheduler has had no workers for {PATIENCE} s (start some: dask worker ADDRESS)"
        ) from None
    return list(client.scheduler_info(n_workers=-1)["workers"])
