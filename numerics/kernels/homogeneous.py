r"""The homogeneous activations of degree one as a table: ReLU, leaky ReLU and the absolute value. Exact.

Every such function is :math:`\sigma(x) = p \max(x, 0) + q \max(-x, 0)`, and with :math:`x = \max(x, 0) - \max(-x, 0)`

.. math:: E[\sigma(w \cdot x)\, \sigma(z \cdot x)] = (p + q)^2\, g_{\mathrm{relu}}(w, z) - p q\, (w \cdot z)

(claim ``homogeneous-interaction``): what is known of ReLU serves all of them, with two constants.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from theory.slopes import ABS, NAMED, RELU, Homogeneous, has_slope, leaky, slope_of

__all__ = ["ABS", "HOMOGENEOUS", "RELU", "Forms", "Homogeneous", "leaky"]


class Forms(Mapping[str, Homogeneous]):
    """Homogeneous activations by the name used on the command line; ``leaky-relu:0.2`` has its slope in it. Exact.

    Examples
    --------
    >>> forms = Forms()
    >>> forms["leaky-relu:0.2"].left, "erf" in forms, list(forms)
    (Fraction(-1, 5), False, ['relu', 'leaky-relu', 'abs'])
    """

    def __getitem__(self, name: str) -> Homogeneous:
        """The function of a name.

        Raises
        ------
        KeyError
            If the name is of another kind.
        ValueError
            If the slope in it is no number between 0 and 1.
        """
        if name in NAMED:
            return NAMED[name]
        if not has_slope(name):
            raise KeyError(name)
        return leaky(slope_of(name))

    def __contains__(self, name: object) -> bool:
        return name in NAMED or (isinstance(name, str) and has_slope(name))

    def __iter__(self) -> Iterator[str]:
        return iter(NAMED)

    def __len__(self) -> int:
        return len(NAMED)


#: The homogeneous activations, by the name used on the command line.
HOMOGENEOUS = Forms()
