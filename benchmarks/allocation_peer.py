"""The same hours by other solvers, in a process of their own: HiGHS on straight pieces (SciPy), or CVXPY.

    python benchmarks/allocation_peer.py CASE.npz SOLVER PIECES

SOLVER is highs, or one of CVXPY's (CLARABEL, ECOS). CASE holds ceiling, scale, shape (one for all), rep, capacity
and most. Prints seconds, the value of the hours found, by how much they exceed a capacity, and what went wrong.
"""

import json
import sys
import time
import warnings

import numpy as np


def value(case, hours):
    """Contribution of hours, whatever solver found them."""
    ceiling, scale, shape = case["ceiling"], case["scale"], float(case["shape"])
    if np.isinf(shape):
        return float(np.sum(-ceiling * np.expm1(-hours / scale)))
    return float(np.sum(ceiling * np.log1p(hours / scale) if shape == 0 else
                        ceiling * (1 - (1 + hours / (shape * scale)) ** -shape)))


def highs(case, pieces):
    """Straight pieces of equal length up to the most hours; concave, so the steeper ones are taken first.

    Without HiGHS's presolve, which on these cases took ten to a hundred times as long as the rest.
    """
    from scipy.optimize import linprog
    from scipy.sparse import csr_array

    buyers, reps = len(case["ceiling"]), len(case["capacity"])
    ends = np.linspace(0, case["most"], pieces + 1)
    worth = -case["ceiling"] * np.expm1(-ends / case["scale"])
    slope = np.diff(worth, axis=0) / np.diff(ends, axis=0)
    column = np.arange(buyers * pieces)
    row = np.tile(case["rep"], pieces)
    start = time.perf_counter()
    found = linprog(-slope.ravel(), A_ub=csr_array((np.ones(len(column)), (row, column)), (reps, len(column))),
                    b_ub=case["capacity"], bounds=np.stack([np.zeros(len(column)), np.diff(ends, axis=0).ravel()], 1),
                    method="highs", options={"presolve": False})
    taken = time.perf_counter() - start
    return taken, found.x.reshape(pieces, buyers).sum(axis=0), found.message if found.status else ""


def convex(case, solver):
    """The curves themselves, by CVXPY."""
    import cvxpy as cp

    hours = cp.Variable(len(case["ceiling"]), nonneg=True)
    part, shape = hours / case["scale"], float(case["shape"])
    curve = 1 - cp.exp(-part) if np.isinf(shape) else cp.log1p(part) if shape == 0 else 1 - cp.inv_pos(1 + part)
    owns = np.arange(len(case["capacity"]))[:, None] == case["rep"] if len(case["capacity"]) < 5 else None
    if owns is None:
        from scipy.sparse import csr_array

        buyers = len(case["rep"])
        owns = csr_array((np.ones(buyers), (case["rep"], np.arange(buyers))), (len(case["capacity"]), buyers))
    problem = cp.Problem(cp.Maximize(case["ceiling"] @ curve), [owns @ hours <= case["capacity"],
                                                               hours <= case["most"]])
    start = time.perf_counter()
    try:
        problem.solve(solver=solver)
        wrong = "" if problem.status == "optimal" else problem.status
    except cp.SolverError as error:
        wrong = str(error).split(".")[0]
    return time.perf_counter() - start, hours.value, wrong


def main():
    """Solve one case."""
    warnings.simplefilter("ignore")
    case, solver = np.load(sys.argv[1]), sys.argv[2]
    taken, hours, wrong = highs(case, int(sys.argv[3])) if solver == "highs" else convex(case, solver)
    found = {"seconds": taken, "wrong": wrong, "value": None, "over": None}
    if hours is not None:
        hours = np.maximum(hours, 0)
        used = np.bincount(case["rep"], hours, minlength=len(case["capacity"]))
        found |= {"value": value(case, hours), "over": float(np.max(used / case["capacity"] - 1))}
    print(json.dumps(found))


if __name__ == "__main__":
    main()
