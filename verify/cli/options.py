"""Option types and shared options of the command line."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Sequence
from typing import Any, TypeVar

import click

from numerics.initial import INITIALISATIONS
from numerics.kernels import HOMOGENEOUS, built_in, digits_of
from numerics.teacher import Teacher, read_teacher

F = TypeVar("F", bound=Callable[..., Any])

#: Digits of polished points where not asked otherwise.
DEFAULT_DIGITS = 50
#: Most values that a range may stand for.
LONGEST_RANGE = 100_000


class Sizes(click.ParamType):  # type: ignore[type-arg]  # generic in newer click only
    """An integer, a range ``a:b`` with both ends, or a comma list of these."""

    name = "sizes"

    def __init__(self, *, repeated: bool = False) -> None:
        self._repeated = repeated

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> tuple[int, ...]:
        if isinstance(value, tuple):
            return value
        sizes: list[int] = []
        for part in str(value).split(","):
            ends = part.strip().split(":")
            if len(ends) > 2 or not all(_is_integer(end) for end in ends):
                self.fail(f"got {value!r}, needs an integer, a range a:b or a comma list like 2,4:6", param, ctx)
            first, last = int(ends[0]), int(ends[-1])
            if first < 1:
                self.fail(f"got {value!r}, needs integers of at least 1", param, ctx)
            if last < first:
                self.fail(f"got {value!r}, a reversed range; needs a:b with a <= b", param, ctx)
            if last - first >= LONGEST_RANGE:
                self.fail(f"got {value!r}, needs at most {LONGEST_RANGE} values", param, ctx)
            sizes += range(first, last + 1)
        return tuple(sizes if self._repeated else dict.fromkeys(sizes))

    def get_metavar(self, param: click.Parameter, ctx: click.Context) -> str:
        return "N|A:B|N,N,..."


def _is_integer(text: str) -> bool:
    return re.fullmatch(r"[+-]?[0-9]{1,9}", text.strip()) is not None


class Count(click.ParamType):  # type: ignore[type-arg]  # generic in newer click only
    """An integer from a least value on."""

    name = "integer"

    def __init__(self, least: int) -> None:
        self._least = least

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> int:
        if not isinstance(value, int) and not _is_integer(str(value)):
            self.fail(f"got {value!r}, needs an integer of at least {self._least}", param, ctx)
        if int(value) < self._least:
            self.fail(f"got {int(value)}, needs an integer of at least {self._least}", param, ctx)
        return int(value)


class _Number(click.ParamType):  # type: ignore[type-arg]  # generic in newer click only
    """A number with a condition on it."""

    #: The condition in words.
    needs: str

    def accepts(self, number: float) -> bool:
        """Whether the condition holds; not for NaN."""
        raise NotImplementedError

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> float:
        try:
            number = float(value)
        except ValueError:
            number = float("nan")
        if not self.accepts(number):
            self.fail(f"got {value!r}, needs {self.needs}", param, ctx)
        return number


class Positive(_Number):
    """A positive finite number."""

    name = "number"
    needs = "a positive number"

    def accepts(self, number: float) -> bool:
        return 0 < number < float("inf")


class Moment(_Number):
    """A time: a finite number that is not negative."""

    name = "time"
    needs = "a number of at least 0"

    def accepts(self, number: float) -> bool:
        return 0 <= number < float("inf")


class Known(click.ParamType):  # type: ignore[type-arg]  # generic in newer click only
    """One of a few names."""

    name = "name"

    def __init__(self, names: list[str]) -> None:
        self._names = sorted(names)

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        if value not in self._names:
            self.fail(f"got {value!r}, known are {', '.join(self._names)}", param, ctx)
        return str(value)

    def get_metavar(self, param: click.Parameter, ctx: click.Context) -> str:
        return "|".join(self._names)


def _with_slope(
    kind: click.ParamType,  # type: ignore[type-arg]  # generic in newer click only
    text: str,
    param: click.Parameter | None,
    ctx: click.Context | None,
) -> str:
    """The name of a homogeneous activation whose slope, if it has one, is sensible."""
    try:
        HOMOGENEOUS[text]
    except ValueError as error:
        kind.fail(str(error).removeprefix("activation: "), param, ctx)
    return text


class ActivationName(click.ParamType):  # type: ignore[type-arg]  # generic in newer click only
    """A name, or an expression in x that passes the referee and derivative checks."""

    name = "activation"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        text = str(value).strip()
        if text in built_in():
            return text
        if text in HOMOGENEOUS:
            return _with_slope(self, text, param, ctx)
        from numerics.own import check_activation

        try:
            check_activation(text)
        except ValueError as error:
            self.fail(str(error).removeprefix("activation: "), param, ctx)
        return text

    def get_metavar(self, param: click.Parameter, ctx: click.Context) -> str:
        return "NAME|EXPRESSION"


class WithStructures(click.ParamType):  # type: ignore[type-arg]  # generic in newer click only
    """An activation whose structures are known for every n: erf, or a homogeneous one."""

    name = "activation"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        text = str(value).strip()
        if text != "erf" and text not in HOMOGENEOUS:
            self.fail(f"got {text!r}, known are erf, {', '.join(HOMOGENEOUS)}, leaky-relu:SLOPE", param, ctx)
        return _with_slope(self, text, param, ctx) if text in HOMOGENEOUS else text

    def get_metavar(self, param: click.Parameter, ctx: click.Context) -> str:
        return "|".join(("erf", *HOMOGENEOUS))


class TeacherFile(click.ParamType):  # type: ignore[type-arg]  # generic in newer click only
    """A teacher read from a file."""

    name = "file"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Teacher:
        if isinstance(value, Teacher):
            return value
        try:
            return read_teacher(str(value))
        except ValueError as error:
            self.fail(str(error), param, ctx)

    def get_metavar(self, param: click.Parameter, ctx: click.Context) -> str:
        return "FILE"


class Several(Known):
    """One or more of a few names, in a comma list."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        if isinstance(value, tuple):
            return value
        named = [super(Several, self).convert(name.strip(), param, ctx) for name in str(value).split(",")]
        return tuple(dict.fromkeys(named))

    def get_metavar(self, param: click.Parameter, ctx: click.Context) -> str:
        return "|".join(self._names) + "[,...]"


class SeveralActivations(Several):
    """One or more names of activations in a comma list; ``leaky-relu:0.2`` has its slope in it."""

    name = "activations"

    def __init__(self) -> None:
        super().__init__(list(built_in()))

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        if isinstance(value, tuple):
            return value
        named: list[str] = []
        for name in str(value).split(","):
            slope = name.strip() in HOMOGENEOUS
            kind = ActivationName() if slope else Known(self._names)
            named.append(kind.convert(name.strip(), param, ctx))
        return tuple(dict.fromkeys(named))


def limited(activation: str, dps: int) -> int:
    """The digits asked for, or those of the activation's kernel with a remark."""
    limit = digits_of(activation)
    if limit is None or dps <= limit:
        return dps
    if dps != DEFAULT_DIGITS:
        click.echo(
            f"copy-average: {activation} is evaluated to {limit} digits, points are polished to these", err=True
        )
    return limit


def cores() -> int:
    """Processors that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


teacher_option = click.option(
    "--teacher",
    type=TeacherFile(),
    default=None,
    help="Teacher from a file: .npy (k, d), .npz with teacher (k, d) and optionally teacher_outgoing (k,), "
    "or JSON with the same names.  [default: the first k unit vectors]",
)


def flow_options(command: F) -> F:
    """Options shared by the commands that integrate flows."""
    options = [
        click.option(
            "--activation",
            type=ActivationName(),
            default="erf",
            show_default=True,
            help=f"Activation function: {', '.join(built_in())} (leaky-relu:0.2 for another slope than 0.01), or an "
            "expression in x like 'x*exp(-x**2)', which is "
            "refereed by quadrature first.",
        ),
        teacher_option,
        click.option(
            "--init", type=Known(list(INITIALISATIONS)), default="glorot", show_default=True, help="Initialisation."
        ),
    ]
    return _with(integration_options(command), options)


def integration_options(command: F, *, early: bool = False) -> F:
    """Options on dimension, digits and integrator."""
    options = [
        click.option("--dim", type=Count(1), default=None, help="Input dimension, at least k.  [default: k + 1]"),
        click.option(
            "--dps", type=Count(15), default=DEFAULT_DIGITS, show_default=True, help="Digits of the polished point."
        ),
        click.option(
            "--grad-tol",
            type=Positive(),
            default=5e-8,
            show_default=True,
            help="Infinity norm of the gradient to which flows are integrated.",
        ),
        click.option(
            "--rtol",
            type=Positive(),
            default=1e-6,
            show_default=True,
            help="Relative tolerance of the integrator, per step.",
        ),
        click.option(
            "--early-finish/--pure-flow",
            "early",
            default=early,
            show_default=True,
            help="Stop where the loss is convex down to the minimum that Newton's method reaches, or integrate to "
            "--grad-tol all the same.",
        ),
        click.option(
            "--max-steps", type=Count(1), default=20_000, show_default=True, help="Bound on the steps of a flow."
        ),
    ]
    return _with(command, options)


def _with(command: F, options: Sequence[Callable[[Any], Any]]) -> F:
    """A command with options, which its help lists in this order."""
    for option in reversed(options):
        command = option(command)
    return command


def certificate_options(command: F) -> F:
    """Options on certificates."""
    options = [
        click.option(
            "--certify/--no-certify",
            "certifying",
            default=True,
            show_default=True,
            help="Prove where each flow ends (ball arithmetic).",
        ),
        click.option(
            "--certificates",
            "folder",
            metavar="DIR",
            default=None,
            help="Write one certificate file per run into DIR, for copy-average recheck.",
        ),
    ]
    for option in reversed(options):
        command = option(command)
    return command


def course_options(command: F) -> F:
    """Options on the course of flows."""
    options = [
        click.option(
            "--flow-dps",
            type=Count(15),
            default=None,
            help="Digits of the trajectory itself, integrated until the gradient is below 10^(5 - digits).  "
            "[default: double precision]",
        ),
        click.option(
            "--prove-flow",
            is_flag=True,
            help="Prove that gradient flow from the initial point (its doubles taken as exact numbers) converges to "
            "the certified critical point; certificate files then hold that proof.",
        ),
    ]
    for option in reversed(options):
        command = option(command)
    return command


def check_course(*, activation: str, flow_dps: int | None, prove_flow: bool, certifying: bool) -> None:
    """Refuse a proof of a flow to an end that is not certified, and what only flows of erf have."""
    for given, name in ((flow_dps is not None, "--flow-dps"), (prove_flow, "--prove-flow")):
        if given and activation != "erf":
            raise click.BadParameter(f"got it with --activation {activation}; needs erf", param_hint=name)
    if prove_flow and not certifying:
        raise click.BadParameter("got it with --no-certify; needs certificates", param_hint="--prove-flow")


json_option = click.option(
    "--json", "json_target", metavar="FILE", default=None, help="Write the result as JSON; - for standard output."
)
