"""The command line as a subprocess: output, JSON, exit status, refusals in one line, Ctrl-C."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from importlib.resources import files
from pathlib import Path
from typing import Any

import jsonschema
import numpy as np
import pytest
from mpmath import mp

from numerics import copy_average_point

# The installed command, next to the interpreter that runs the tests.
COMMAND = [str(Path(sys.executable).with_name("copy-average"))]


def run(*arguments: str, cwd: Path | None = None) -> subprocess.CompletedProcess[str]:
    return subprocess.run([*COMMAND, *arguments], capture_output=True, text=True, cwd=cwd, check=False)


def document(*arguments: str, status: int = 0) -> dict[str, Any]:
    done = run(*arguments, "--json", "-")
    assert done.returncode == status, done.stderr
    found = json.loads(done.stdout)
    schema = json.loads((files("verify") / "schema" / "documents.schema.json").read_text(encoding="utf-8"))
    jsonschema.validate(found, schema)
    return found


def test_the_main_job() -> None:
    found = document("verify", "-n", "2", "-k", "3", "--seeds", "4")
    (cell,) = found["cells"]
    assert found["schema"] == "copy-average/verify/1"
    assert found["interrupted"] is False
    assert (cell["n"], cell["k"], cell["dim"], cell["verdict"]) == (2, 3, 4, "agrees")
    (predicted,) = cell["predicted"]
    assert predicted["structure"] == "copy-average"
    assert predicted["partition"] == [1, 2]
    assert predicted["loss"].startswith("0.02322168062533671649906512003879262199415")
    assert [r["seed"] for r in cell["runs"]] == [0, 1, 2, 3]
    for r in cell["runs"]:
        assert r["converged"]
        assert r["optimal"]
        assert r["loss"].startswith("0.023221680625336716499065120038792621994151")
        assert mp.mpf(r["grad_inf"]) < mp.mpf("1e-45")
        assert mp.mpf(r["distance"]) < mp.mpf("1e-40")
        assert mp.mpf(r["runner_up_distance"]) > 0.1
        assert r["index"] == 0
        assert r["certificate"] == "unique"
        assert r["certified"]["index"] == 0
        assert r["certified"]["identity"] is True
        assert r["certified"]["basin"] is True
        # Rounded down, to three digits.
        assert r["certified"]["lambda_min"] == "0.00753"
        low, high = map(mp.mpf, r["certified"]["loss"])
        assert low <= mp.mpf(r["loss"]) <= high


def test_a_grid_agrees_for_every_number_of_jobs(tmp_path: Path) -> None:
    arguments = ("verify", "-n", "1:4", "-k", "3,4", "--seeds", "3", "--init", "gaussian", "--dim", "6")
    found = document(*arguments, "--jobs", "1")
    again = document(*arguments, "--jobs", "2")
    assert found == again
    assert [(cell["n"], cell["k"]) for cell in found["cells"]] == [(n, k) for k in (3, 4) for n in range(1, k + 1)]
    target = tmp_path / "out.json"
    done = run(*arguments, "--json", str(target))
    assert json.loads(target.read_text(encoding="utf-8")) == found
    assert "every neuron copies" in done.stdout
    assert "1 pairs with n > k are outside the theory and skipped" in done.stderr


def test_dimensions_from_k_on() -> None:
    for dim in ("3", "7"):
        assert (
            document("verify", "-n", "2", "-k", "3", "--seeds", "2", "--dim", dim)["cells"][0]["verdict"] == "agrees"
        )


def test_a_contradiction_is_named_with_its_evidence() -> None:
    done = run("verify", "-n", "10", "-k", "10", "--seeds", "2")
    assert done.returncode == 1
    assert "contradicts" in done.stdout
    assert "seed 1: channel to infinity" in done.stdout
    assert "growing like t^0.25" in done.stdout


def test_unconverged_runs_are_reported() -> None:
    done = run("verify", "-n", "2", "-k", "3", "--seeds", "2", "--max-steps", "5")
    assert done.returncode == 3
    assert done.stdout.count("not converged: the limit on the number of steps was reached") == 2
    found = document("verify", "-n", "2", "-k", "3", "--seeds", "2", "--max-steps", "5", status=3)
    assert [r["converged"] for r in found["cells"][0]["runs"]] == [False, False]
    assert found["cells"][0]["verdict"] == "unknown"


def test_flow() -> None:
    found = document("flow", "-n", "2", "-k", "3", "--seed", "1", "--dps", "30")
    assert found["schema"] == "copy-average/flow/1"
    assert np.shape(found["theta0"]) == np.shape(found["theta"]) == (2, 5)
    # The polished point is copy-average to its digits: outgoing weights 1 and 2 up to sign.
    outgoing = sorted(abs(mp.mpf(row[-1])) for row in found["theta"])
    assert max(abs(outgoing[0] - 1), abs(outgoing[1] - 2)) < mp.mpf("1e-14")
    text = run("flow", "-n", "3", "-k", "3").stdout
    assert "CA 3 x 1" in text


@pytest.fixture
def weights(tmp_path: Path) -> Path:
    C, a = copy_average_point([1, 2]).doubles()
    rng = np.random.default_rng(0)
    path = tmp_path / "weights.npz"
    np.savez(path, W=-np.column_stack([C, np.zeros(2)]) + 1e-4 * rng.normal(size=(2, 4)), a=-a[None, :])
    return path


def test_match(weights: Path) -> None:
    found = document("match", str(weights))
    assert found["structure"] == "copy-average"
    assert found["partition"] == [1, 2]
    assert found["signs"] == [-1, -1]
    assert found["assignment"] == [[0], [1, 2]]
    assert mp.mpf(found["distance"]) < mp.mpf("1e-45")
    assert 1e-5 < float(found["distance_as_given"]) < 1e-3
    rough = document("match", str(weights), "--no-polish")
    assert not rough["polished"]
    assert rough["distance"] == found["distance_as_given"]
    # As given means the point as well: its loss and gradient are those of the file, not of a polished point.
    with np.load(weights) as given:
        assert [float(x) for x in rough["theta"][0][:-1]] == given["W"][0].tolist()
    assert float(rough["grad_inf"]) > 1e-6


def test_match_with_a_teacher_and_duplicated_neurons(tmp_path: Path) -> None:
    C, a = copy_average_point([1, 2]).doubles()
    rotation, _ = np.linalg.qr(np.random.default_rng(1).normal(size=(3, 3)))
    W = (C @ rotation)[[0, 1, 1]] + 1e-6
    path = tmp_path / "weights.npz"
    np.savez(path, W=W, a=[a[0], 0.5, 1.5], teacher=rotation)
    found = document("match", str(path))
    assert found["structure"] == "duplicated"
    assert found["partition"] == [1, 2]
    assert found["collinear"] == [[1, 2]]
    # Another teacher: nothing is claimed, and the reason is given.
    np.savez(path, W=W[:2], a=a, teacher=2 * rotation)
    found = document("match", str(path), "--no-polish")
    assert found["structure"] == "unclassified"
    assert "not orthonormal" in found["why"]


REFUSED = [
    (("verify", "-n", "0", "-k", "3"), "needs integers of at least 1"),
    (("verify", "-n", "4", "-k", "3"), "outside the theory"),
    (("verify", "-n", "2", "-k", "3", "--dim", "2"), "got 2, needs at least k = 3"),
    (("verify", "-n", "2", "-k", "3", "--seeds", "0"), "got 0, needs an integer of at least 1"),
    (("flow", "-n", "2", "-k", "3", "--seed", "-1"), "got -1, needs an integer of at least 0"),
    (("verify", "-n", "3:1", "-k", "3"), "reversed range"),
    (("verify", "-n", "1:2:3", "-k", "3"), "needs an integer, a range a:b or a comma list"),
    (("verify", "-n", "1.5", "-k", "3"), "needs an integer, a range a:b or a comma list"),
    (("verify", "-n", "+-2", "-k", "3"), "needs an integer, a range a:b or a comma list"),
    (("verify", "-n", "1:", "-k", "3"), "needs an integer, a range a:b or a comma list"),
    (("verify", "-n", "", "-k", "3"), "needs an integer, a range a:b or a comma list"),
    (("verify", "-n", "1:1000000", "-k", "3"), "at most 100000 values"),
    (("verify", "-n", "2", "-k", "3", "--activation", "tanhh"), "got 'tanhh', known are abs, cos, cube, erf"),
    (("verify", "-n", "2", "-k", "3", "--init", "xavier"), "got 'xavier', known are gaussian, glorot"),
    (("prove",), "got the command 'prove', known are verify, flow, claims, match"),
    ((), "no command given"),
    (("verify", "-n", "2", "-k", "3", "--dps", "14"), "got 14, needs an integer of at least 15"),
    (("verify", "-n", "2", "-k", "3", "--jobs", "0"), "got 0"),
    (("verify", "-n", "2", "-k", "3", "--grad-tol", "-1"), "needs a positive number"),
    (("verify", "-n", "2", "-k", "3", "--json", "missing/out.json"), "cannot write 'missing/out.json'"),
    (("verify", "-n", "2", "-k", "3", "--json", "."), "it is a directory"),
    (("verify", "-n", "2"), "Missing option '-k'"),
    (("verify", "-n", "2", "-k", "3", "--fast"), "No such option"),
    (("match", "missing.npz"), "cannot read 'missing.npz' (no such file or directory)"),
]


@pytest.mark.parametrize(("arguments", "message"), REFUSED, ids=lambda value: " ".join(value)[:40])
def test_bad_input_gets_one_clear_line(arguments: tuple[str, ...], message: str, tmp_path: Path) -> None:
    done = run(*arguments, cwd=tmp_path)
    assert done.returncode == 2
    assert done.stdout == ""
    assert done.stderr.count("\n") == 1, done.stderr
    assert message in done.stderr
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("arrays", "message"),
    [
        ({"W": np.ones((2, 4))}, "has no a"),
        ({"W": np.ones((2, 4)), "a": np.ones(3)}, "a: got shape (3,), needs (2,)"),
        ({"W": np.full((2, 4), np.nan), "a": np.ones(2)}, "W: got NaN"),
        ({"W": np.ones(4), "a": np.ones(2)}, "W: got shape (4,), needs (n, dim)"),
        ({"W": np.array([["a", "b"]]), "a": np.ones(1)}, "W: got something that is not an array of real numbers"),
        (
            {"W": np.ones((2, 4)), "a": np.ones(2), "teacher": np.ones((2, 3))},
            "teacher: got shape (2, 3), needs (2, 4)",
        ),
    ],
)
def test_bad_weights_get_one_clear_line(arrays: dict[str, np.ndarray], message: str, tmp_path: Path) -> None:
    np.savez(tmp_path / "weights.npz", **arrays)
    done = run("match", "weights.npz", "-k", "2", cwd=tmp_path)
    assert done.returncode == 2
    assert done.stderr.count("\n") == 1, done.stderr
    assert message in done.stderr


@pytest.mark.parametrize("content", [b"", b"not an archive", b"PK\x03\x04 truncated"])
def test_files_that_are_no_archive(content: bytes, tmp_path: Path) -> None:
    (tmp_path / "weights.npz").write_bytes(content)
    done = run("match", "weights.npz", cwd=tmp_path)
    assert done.returncode == 2
    assert done.stderr.count("\n") == 1, done.stderr
    assert "cannot read 'weights.npz'" in done.stderr


def test_nothing_is_unpickled(tmp_path: Path) -> None:
    np.savez(tmp_path / "weights.npz", W=np.array([{"a": 1}], dtype=object), a=np.ones(1))
    done = run("match", "weights.npz", cwd=tmp_path)
    assert done.returncode == 2
    assert done.stderr.count("\n") == 1, done.stderr


def test_help_and_version() -> None:
    for command in ((), ("verify",), ("flow",), ("match",)):
        done = run(*command, "-h")
        assert done.returncode == 0
        assert "Usage:" in done.stdout
    assert run("--version").stdout.startswith("copy-average ")


def test_python_m_verify_does_the_same(tmp_path: Path) -> None:
    # -P: the folder in which it is called must not stand before what is installed.
    command = [sys.executable, "-P", "-m", "verify", "--version"]
    done = subprocess.run(command, capture_output=True, text=True, cwd=tmp_path, check=True)
    assert done.stdout == run("--version").stdout


@pytest.mark.parametrize("jobs", ["1", "2"])
def test_ctrl_c_leaves_what_was_done(jobs: str, tmp_path: Path) -> None:
    target = tmp_path / "out.json"
    arguments = ["verify", "-n", "1:12", "-k", "12", "--seeds", "40", "--jobs", jobs, "--json", str(target)]
    # Its own process group, which gets the signal as a whole, as from a terminal.
    process = subprocess.Popen(
        [*COMMAND, *arguments], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True
    )
    time.sleep(9)
    os.killpg(process.pid, signal.SIGINT)
    out, err = process.communicate(timeout=30)
    assert process.returncode == 130, err
    assert "Interrupted." in out
    assert "Traceback" not in err
    found = json.loads(target.read_text(encoding="utf-8"))
    assert found["interrupted"] is True
    finished = [r for cell in found["cells"] for r in cell["runs"]]
    assert 0 < len(finished) < 480
    assert list(tmp_path.iterdir()) == [target]


def test_certificates_are_files_that_recheck_accepts(tmp_path: Path) -> None:
    folder = tmp_path / "new" / "certificates"
    found = document("verify", "-n", "2", "-k", "3", "--seeds", "2", "--certificates", str(folder))
    files = sorted(folder.iterdir())
    assert [file.name for file in files] == ["n2-k3-seed0.json", "n2-k3-seed1.json"]
    assert [r["certificate"] for r in found["cells"][0]["runs"]] == ["unique", "unique"]
    done = run("recheck", *map(str, files))
    assert done.returncode == 0
    assert done.stdout.count("accepted") == 2
    changed = json.loads(files[0].read_text(encoding="utf-8"))
    changed["states"]["index"] = 1
    files[0].write_text(json.dumps(changed), encoding="utf-8")
    refused = run("recheck", str(files[0]))
    assert refused.returncode == 1
    assert "refused" in refused.stdout
    unreadable = run("recheck", str(tmp_path / "none.json"))
    assert unreadable.returncode == 2
    assert unreadable.stderr.count("\n") == 1


def test_certificates_can_be_declined(tmp_path: Path) -> None:
    found = document("verify", "-n", "2", "-k", "3", "--seeds", "1", "--no-certify")
    assert found["cells"][0]["verdict"] == "agrees"
    assert found["cells"][0]["runs"][0]["certificate"] is None
    both = run("verify", "-n", "2", "-k", "3", "--no-certify", "--certificates", str(tmp_path))
    assert both.returncode == 2
    file = tmp_path / "file"
    file.write_text("kept", encoding="utf-8")
    blocked = run("verify", "-n", "2", "-k", "3", "--certificates", str(file))
    assert blocked.returncode == 2
    assert "it is a file" in blocked.stderr
    assert blocked.stderr.count("\n") == 1
    assert file.read_text(encoding="utf-8") == "kept"


def test_structures_are_certified_without_a_flow(tmp_path: Path) -> None:
    target = tmp_path / "pc.json"
    done = run("certify", "-n", "25000", "-k", "50000", "--structure", "perturbed-copy", "--out", str(target))
    assert done.returncode == 0
    assert "exactly one critical point" in done.stdout
    assert run("recheck", str(target)).returncode == 0
    saddle = run("certify", "-n", "2", "-k", "4", "--partition", "2,2")
    assert saddle.returncode == 0
    assert [line.split()[1] for line in saddle.stdout.splitlines() if line.startswith("index")] == ["2"]
    assert run("certify", "-n", "2", "-k", "50", "--structure", "perturbed-copy").returncode == 3


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("-n", "5", "-k", "4"), "needs n <= k = 4"),
        (("-n", "4", "-k", "4", "--structure", "perturbed-copy"), "needs n < k = 4"),
        (("-n", "2", "-k", "4", "--partition", "1,2"), "needs n = 2 groups with sum k = 4"),
        (("-n", "2", "-k", "4", "--reduced"), "needs perturbed-copy"),
        (("-n", "3", "-k", "4", "--structure", "perturbed-copy", "--partition", "1,1,2"), "needs none"),
        (("-n", "2", "-k", "4", "--out", "/no/such/folder/file"), "cannot write"),
    ],
)
def test_certify_refuses(arguments: tuple[str, ...], message: str) -> None:
    done = run("certify", *arguments)
    assert done.returncode == 2
    assert message in done.stderr
    assert done.stderr.count("\n") == 1


def test_boundaries(tmp_path: Path) -> None:
    found = document("boundaries", "-k", "6,10,1000")
    keys = ("k", "pc_minimum_from", "pc_lower_from", "ca_minimum_up_to")
    assert [tuple(row[key] for key in keys) for row in found["rows"]] == [
        (6, 4, 5, 5),
        (10, 6, 8, 8),
        (1000, 224, 765, 972),
    ]
    assert found["asymptotics"]["pc_lower"]["n_over_k"].startswith("0.766230818252163")
    assert found["asymptotics"]["ca_minimum"]["standing"] == "PROVED"
    small = run("boundaries", "-k", "2:8")
    assert small.returncode == 2
    assert "needs at least 3" in small.stderr
    target = tmp_path / "out.json"
    assert run("boundaries", "-k", "3", "--json", str(target)).returncode == 0
    (row,) = json.loads(target.read_text(encoding="utf-8"))["rows"]
    assert row["pc_minimum_from"] is None


def test_boundaries_in_real_n_and_where_the_branch_ends() -> None:
    found = document("boundaries", "-k", "20,22", "--real", "--branch-end")
    first, second = found["rows"]
    assert first["real"]["pc_lower"]["n"].startswith("14.99560845948")
    assert first["real"]["pc_lower"]["certificate"] == "unique"
    assert [first["real"][name]["integer"] for name in ("pc_minimum", "pc_lower", "ca_minimum")] == [10, 15, 17]
    assert first["branch_end"]["ending"] == "collision"
    assert second["branch_end"]["ending"] == "fold"
    assert second["branch_end"]["n"].startswith("2.17405")
    law = found["asymptotics"]["pc_minimum"]
    # At least twenty digits, with the first correction.
    assert law["constant"].startswith("1.69887400109726926465")
    assert law["correction"].startswith("9.05581784213")
    assert law["standing"] == "CERTIFIED"
    shown = run("boundaries", "-k", "20", "--real", "--branch-end").stdout
    assert "14.9956084595" in shown
    assert "collision" in shown
    plain = document("boundaries", "-k", "20")["rows"][0]
    assert "real" not in plain
    assert "branch_end" not in plain
