"""The laws of the phase boundaries beside critical n of finite k, in high precision; and what boundaries cost.

``python benchmarks/boundaries.py [largest exponent of ten]``: for each boundary and k = 10^e, what is left of n after
each term of the law, over the power of k that the expansion predicts for the next one. Each column tends to the
constant of that term, shown last: a wrong constant or exponent shows as a later column that grows.
"""

from __future__ import annotations

import sys
import time

from mpmath import mp

from numerics.asymptotics import birth_constants, laws, lower_constants
from numerics.branch import branch_end
from numerics.curves import critical_n
from verify.certificates.curves import certify_critical
from verify.certificates.phases import boundaries

#: Powers of k in n: of each term of the law, and of the one after it.
ORDERS = {"pc_minimum": ("3/5", "2/5", "1/5"), "pc_lower": ("1", "0", "-1"), "ca_minimum": ("1", "1/2", "0", "-1/2")}


def power(text: str) -> mp.mpf:
    """A rational number in the working precision."""
    top, _, bottom = text.partition("/")
    return mp.mpf(top) / mp.mpf(bottom or 1)


def terms(name: str, dps: int) -> list[mp.mpf]:
    """Constants of the law for n, by descending powers of k, to the digits asked for."""
    if name == "pc_minimum":
        born = birth_constants(dps)
        return [born.scale, born.scale * born.first]
    if name == "pc_lower":
        lower = lower_constants(dps)
        return [lower.limit, lower.shift]
    H = 3 + 2 * mp.sqrt(3)
    return [mp.mpf(1), -mp.sqrt(H / 8), H / 16 + 1]


def after_the_last(name: str) -> str:
    """What is known of the constant after those of the law: numerical, or from the claim."""
    if name == "pc_lower":
        return mp.nstr(laws()[name].correction, 14)
    H = 3 + 2 * mp.sqrt(3)
    return mp.nstr(-(H**2 + 176) / (64 * mp.sqrt(8 * H)), 14) if name == "ca_minimum" else "-"


def residuals(name: str, exponents: list[int]) -> None:
    """What is left of n after each term, over the power of the next."""
    orders, law = ORDERS[name], laws()[name]
    print(f"\n{name}: n = sum of c_i k^p_i, p = {', '.join(orders)}   [{law.standing}, {law.claim}]")
    for exponent in exponents:
        dps = 2 * exponent + 40
        with mp.workdps(dps):
            k = mp.mpf(10) ** exponent
            rest, row = critical_n(name, 10**exponent, dps=dps).n, []
            for constant, order in zip([*terms(name, dps), mp.mpf(0)], orders, strict=True):
                row.append(rest / k ** power(order))
                rest -= constant * k ** power(order)
            print(f"  k = 10^{exponent:<4}" + "".join(f"{mp.nstr(value, 14):>20}" for value in row))
    with mp.workdps(40):
        known = [*(mp.nstr(value, 14) for value in terms(name, 40)), after_the_last(name)]
        print("  predicted  " + "".join(f"{value:>20}" for value in known))


def folds() -> None:
    """The law of the fold, (n - 2) k^2 = 2048/27 (1 + c/k + ...)."""
    print("\nfold: (n - 2) k^2 -> 2048/27 = 75.85185; k times what is left, relatively; and")
    print("  a k^(-3/2) -> 3/(8 sqrt 2) = 0.2651650")
    for k in (22, 100, 1000, 10**4, 10**5, 10**6):
        end = branch_end(k, dps=40)
        with mp.workdps(40):
            scaled = (end.n - 2) * k**2
            row = scaled, (scaled * 27 / 2048 - 1) * k, end.coefficients[3] / mp.mpf(k) ** power("3/2")
            print(f"  k = {k:<8}" + "".join(f"{mp.nstr(value, 8):>14}" for value in row))


def costs() -> None:
    """Seconds for one k after the other, each with what its predecessors left to start from."""
    print("\nseconds: integer boundaries certified; three real n enclosed; end of the branch")
    for k in (10, 64, 100, 1000, 10**4, 10**5):
        row = []
        for work in (boundaries, lambda k: [certify_critical(name, k) for name in ORDERS], branch_end):
            start = time.perf_counter()
            work(k)
            row.append(time.perf_counter() - start)
        print(f"  k = {k:<8}" + "".join(f"{seconds:9.3f}" for seconds in row))


def main() -> None:
    """Print everything."""
    largest = int(sys.argv[1]) if len(sys.argv) > 1 else 60
    exponents = sorted({e for e in (2, 4, 6, 8, 10, 15, 20, 30, 45) if e < largest} | {largest})
    for name in ORDERS:
        residuals(name, exponents)
    folds()
    costs()


if __name__ == "__main__":
    main()
