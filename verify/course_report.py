"""What tables say of trajectories to many digits and of proved flows."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any


def proved_flows(records: Sequence[dict[str, Any]], times: Sequence[float]) -> tuple[str, str]:
    """How many flows were proved from their initial points, and mean seconds of each. Exact."""
    asked = [r["flow_proof"] for r in records if "flow_proof" in r]
    spent = [time for time in times if time > 0]
    mean = f"{sum(spent) / len(spent):.1f}" if spent else ""
    return f"{sum(1 for proof in asked if proof['proved'])}/{len(asked)}", mean


def not_as_asked(record: dict[str, Any]) -> list[str]:
    """What was asked of a flow's course and not reached, a sentence each. Exact."""
    lines = []
    proof, precise = record.get("flow_proof"), record.get("precise")
    if proof is not None and not proof["proved"]:
        lines.append(f"the flow from its initial point is not proved to converge: {proof['why']}.")
    if precise is not None and not precise["reached"]:
        lines.append(
            f"the trajectory to {precise['dps']} digits ended at time {precise['time']:.6g}: {precise['stop']}."
        )
    return lines


def course_rows(record: dict[str, Any]) -> list[tuple[str, str]]:
    """Rows of ``copy-average flow`` on the course of one flow. Exact."""
    rows = []
    precise, proof = record.get("precise"), record.get("flow_proof")
    if precise is not None:
        rows.append(
            (
                "trajectory",
                f"{precise['dps']} digits, error about {precise['error']}, to a gradient of {precise['grad_inf']} at "
                f"time {precise['time']:.6g}; {precise['pieces']} pieces, {precise['method']}",
            )
        )
        if precise["in_basin_from"] is not None:
            rows.append(
                ("", f"in the certified basin from time {precise['in_basin_from']:.6g} on, by the flow itself")
            )
        if precise["distance_to_point"] is not None:
            rows.append(("", f"its end is {precise['distance_to_point']} from the polished point"))
        if precise["double_digits"] is not None:
            rows.append(
                (
                    "doubles",
                    f"the flow in double precision was right to {precise['double_digits']} digits or more "
                    f"(fewest at time {precise['double_digits_time']:.6g})",
                )
            )
    if proof is not None:
        rows.append(("flow proved", _proof(proof)))
    return rows


def _proof(proof: dict[str, Any]) -> str:
    if not proof["proved"]:
        return f"no: {proof['why']}"
    return (
        f"from the initial point to the critical point; in the basin at time {proof['time']:.6g}, enclosed to "
        f"{proof['error']:.1e} ({proof['pieces']} pieces, {proof['hessians']} Hessians, "
        f"growth exp({proof['growth']:.2f}))"
    )
