"""Time and accuracy of the repeat-buying fit on simulated buyers, beside lifetimes.

    python benchmarks/repeat_buying.py [buyers ...]

Medians of three runs taken in turn; making the data and counting the distinct histories is not timed.
``z`` is the distance from the exact maximum in standard errors.
"""

import importlib.util
import statistics
import sys
import time

import numpy as np

from marketsofone.pooling.repeat_buying import RepeatCells, fit_repeat_buying
from marketsofone.pooling.repeat_likelihood import History, more_than, repeat_likelihood
from marketsofone.pooling.repeat_purchases import purchase_spread

SIZES = (10_000, 100_000, 1_000_000)
HORIZON = 182.0


def simulate(rng, buyers):
    """Up to two years of purchases, by day."""
    rate, leave = rng.gamma(0.8, 1 / 40, buyers), rng.beta(0.8, 2.5, buyers)
    last_of_all = rng.geometric(np.maximum(leave, 1e-12))
    T = rng.integers(1, 731, buyers).astype(float)
    x, t_x, clock, going = np.zeros(buyers), np.zeros(buyers), np.zeros(buyers), np.arange(buyers)
    while len(going):
        clock[going] += rng.exponential(1 / np.maximum(rate[going], 1e-300))
        going = going[clock[going] <= T[going]]
        x[going] += 1
        t_x[going] = np.ceil(clock[going])
        going = going[x[going] < last_of_all[going]]
    return x, t_x, T


def distinct(x, t_x, T):
    """Histories and how many buyers share each."""
    columns, weight = np.unique(np.stack([x, t_x, T]), axis=1, return_counts=True)
    return RepeatCells(*columns, weight)


def seconds(run):
    start = time.perf_counter()
    run()
    return time.perf_counter() - start


def timed(runs):
    """Median seconds of each, of three runs in turn."""
    rounds = [{name: seconds(run) for name, run in runs.items()} for _ in range(3)]
    return {name: statistics.median(one[name] for one in rounds) for name in runs}


def off(surface):
    """Distance from the maximum in standard errors."""
    return float(np.sqrt(surface.slope @ np.linalg.solve(-surface.curve, surface.slope)))


def repeat_z(cells, model):
    again = cells.x > 0
    history = History((cells.T[~again], cells.weight[~again]),
                      tuple(column[again] for column in (cells.x, cells.t_x, cells.T, cells.weight)),
                      more_than(cells.x, cells.weight))
    return off(repeat_likelihood(history, np.log([model.r, model.alpha, model.a, model.b])))


def peers(x, t_x, T):
    """The same work in lifetimes, given one row per buyer."""
    if importlib.util.find_spec("lifetimes") is None:
        return {}
    import lifetimes

    fitter = lifetimes.BetaGeoFitter().fit(x, t_x, T)
    score = fitter.conditional_expected_number_of_purchases_up_to_time
    return {
        "fit, lifetimes": lambda: lifetimes.BetaGeoFitter().fit(x, t_x, T),
        "score, lifetimes": lambda: score(HORIZON, x, t_x, T),
    }


def compare(buyers):
    x, t_x, T = simulate(np.random.default_rng(buyers), buyers)
    cells = distinct(x, t_x, T)
    model = fit_repeat_buying(cells)
    taken = timed({
        "fit": lambda: fit_repeat_buying(cells),
        "score": lambda: purchase_spread(model, x, t_x, T, HORIZON), **peers(x, t_x, T)})
    print(f"{buyers:>9,} buyers, {len(cells.x):,} histories: z {repeat_z(cells, model):.1e}")
    for name, length in taken.items():
        print(f"{name:>20} {length:9.4f} s")


if __name__ == "__main__":
    if importlib.util.find_spec("lifetimes") is None:
        print("lifetimes: peer not installed")
    for size in [int(argument) for argument in sys.argv[1:]] or SIZES:
        compare(size)
