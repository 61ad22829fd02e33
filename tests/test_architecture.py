"""The layout holds: imports point one way, importing is light, every public name is where it was promised."""

from __future__ import annotations

import ast
import inspect
import subprocess
import sys
from importlib import import_module
from pathlib import Path

import pytest

MAY_IMPORT = {
    "theory": {"theory", "sympy"},
    "numerics": {"numerics", "theory", "numpy", "scipy", "mpmath", "flint", "sympy"},
    "verify": {
        "verify",
        "numerics",
        "theory",
        "numpy",
        "scipy",
        "mpmath",
        "flint",
        "click",
        "rich",
        "threadpoolctl",
        "platformdirs",
    },
}
PUBLIC = {
    "theory": ["interaction", "one_neuron", "copy_average", "optimal_copy_average", "perturbed_copy"],
    "numerics": ["Problem", "initial_weights", "gradient_flow", "polish", "pack", "unpack", "Flow", "Polished"],
    "verify": ["match", "Match"],
}
PACKAGES = sorted(MAY_IMPORT)


def _sources(package: str) -> list[Path]:
    return sorted(Path(import_module(package).__file__).parent.rglob("*.py"))


def _imports(path: Path) -> set[str]:
    names: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.level == 0:
            names.add((node.module or "").split(".")[0])
    return names


@pytest.mark.parametrize("package", PACKAGES)
def test_imports_point_one_way(package: str) -> None:
    for path in _sources(package):
        # The plugin runs inside pytest, and only there.
        also = {"pytest", "_pytest"} if path.name == "pytest_plugin.py" else set()
        # Pictures are drawn in one folder, by an optional library.
        also |= {"matplotlib"} if path.parent.name == "figures" else set()
        # Clusters and file formats of others have a file each, with an optional library.
        also |= {"cluster.py": {"distributed"}, "export.py": {"pyarrow"}}.get(path.name, set())
        # Documents are written from templates in one folder, formulas of HTML included.
        also |= {"jinja2", "latex2mathml"} if path.parent.name == "derivation" else set()
        # Compiled loops stand in one folder, too.
        also |= {"numba"} if path.parent.name == "kernels" else set()
        foreign = _imports(path) - MAY_IMPORT[package] - also - set(sys.stdlib_module_names)
        assert not foreign, f"{path} imports {foreign}"


@pytest.mark.parametrize("package", PACKAGES)
def test_importing_a_package_loads_nothing_heavy(package: str) -> None:
    heavy = ("sympy", "flint", "matplotlib", "scipy", "numba")
    code = f"import sys, {package}; print([m for m in {heavy} if m in sys.modules])"
    done = subprocess.run([sys.executable, "-P", "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_simulating_does_not_load_sympy() -> None:
    code = (
        "import sys, numerics, verify; p = numerics.Problem(1, 2);"
        "verify.settle(p, numerics.gradient_flow(p, numerics.initial_weights(p, seed=0)));"
        "print('sympy' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-P", "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"


@pytest.mark.parametrize("package", PACKAGES)
def test_public_names_are_functions_and_classes_with_their_kind_of_answer(package: str) -> None:
    module = import_module(package)
    assert set(PUBLIC[package]) <= set(dir(module))
    for name in module.__all__:
        member = getattr(module, name)
        assert not inspect.ismodule(member), f"{package}.{name} is hidden by a module"
        first = (inspect.getdoc(member) or "").split("\n")[0]
        if callable(member) and not (inspect.isclass(member) and issubclass(member, __import__("enum").Enum)):
            assert first.endswith(("Exact.", "Approximation.", "Enclosure.")), f"{package}.{name}: {first!r}"


def test_unknown_names_are_attribute_errors() -> None:
    for package in PACKAGES:
        with pytest.raises(AttributeError, match="has no attribute 'nothing'"):
            import_module(package).nothing  # noqa: B018  (the access is the test)
