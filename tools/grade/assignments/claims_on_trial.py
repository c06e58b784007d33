"""A tutorial's program, repaired, held against baselines, and its claims judged by what was measured.

The verdicts follow here from numbers that are measured here; a verdict counts where the student's number bears it out.
"""

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tools.grade.isolation import FailedError, Student
from tools.grade.parts import NOT_ANSWERED, WRONG_NUMBERS, Assignment, Case, Part, asked, unanswered, unlike

DAYS, UNITS, SHARE = 7, 32, 0.8
BAND = 0.001  # how far a number given as evidence may be from the measured one, relatively


def made_up(rng: np.random.Generator, years: int = 6) -> NDArray:
    """Return daily temperatures: a season, and weather that lasts a few days."""
    shocks, weather = rng.normal(scale=2.0, size=365 * years), 0.0
    days = np.zeros(len(shocks))
    for day, shock in enumerate(shocks):
        weather = 0.7 * weather + shock
        days[day] = 11 + 8 * np.sin(2 * np.pi * day / 365) + weather
    return days


def gru_features(windows: NDArray, units: int = UNITS, seed: int = 0) -> NDArray:
    """Return the last state of a GRU with random weights, (N, units), for windows (N, days)."""
    rng = np.random.default_rng(seed)
    W = rng.normal(size=(1, 3 * units))
    U = rng.normal(size=(units, 3 * units)) / np.sqrt(units)
    h = np.zeros((len(windows), units))
    for day in windows.T:
        (a_z, a_r, a_h), (c_z, c_r, c_h) = (np.split(a, 3, axis=1) for a in (day[:, None] @ W, h @ U))
        z, r = 1 / (1 + np.exp(-a_z - c_z)), 1 / (1 + np.exp(-a_r - c_r))
        h = z * h + (1 - z) * np.tanh(a_h + r * c_h)
    return h


def error(series: NDArray, model: str = "gru", units: int = UNITS, *, degrees: bool = True, all_days: bool = False,
          shuffled: bool = False) -> float:  # fmt: skip
    """Return the RMSE over the test days, as it should be measured, or with the tutorial's mistakes."""
    count = len(series) - DAYS
    cut = int(SHARE * count)
    known = series if all_days else series[: cut + DAYS]
    mean, deviation = known.mean(), known.std()
    windows = np.lib.stride_tricks.sliding_window_view((series - mean) / deviation, DAYS + 1)
    x, y = windows[:, :-1], windows[:, -1]
    order = np.random.default_rng(0).permutation(count) if shuffled else np.arange(count)
    train, test = order[:cut], order[cut:]
    if model == "yesterday":
        forecast = x[test, -1]
    else:
        columns = np.column_stack([gru_features(x, units) if model == "gru" else x, np.ones(count)])
        forecast = columns[test] @ np.linalg.lstsq(columns[train], y[train], rcond=None)[0]
    return float(np.sqrt(np.mean((forecast - y[test]) ** 2)) * (deviation if degrees else 1))


def public() -> NDArray:
    """Return the series of the notebook."""
    return made_up(np.random.default_rng(29))


def close_to(true: float) -> Callable[[Any], str]:
    """Return a verdict on a number."""
    return lambda got: unlike(true, got, 1e-4)


HALF_WAY = {  # what is left of the tutorial's mistakes
    "still in standard deviations": {"degrees": False},
    "still in standard deviations, those of all days": {"degrees": False, "all_days": True},
    "still scaled with the test days": {"all_days": True},
    "the test days are still drawn at random": {"shuffled": True},
}


def judge_repaired(student: Student, rng: np.random.Generator) -> Iterator[Case]:
    """Compare a number on new series; half of the share where a part of the repair is missing."""
    for number in range(1, 4):
        series = made_up(rng, years=3)
        case = asked(student, f"series {number}", "repaired", [series], close_to(error(series)))
        yield half_way(case, student, series) if case.why == WRONG_NUMBERS else case


def half_way(case: Case, student: Student, series: NDArray) -> Case:
    answer = student.call("repaired", series)
    for left, options in HALF_WAY.items():
        if not unlike(error(series, **options), answer, 1e-4):
            return case._replace(share=0.5, why=left)
    return case


def judge_baseline(name: str, model: str) -> Any:
    """Return the judge of a baseline, on new series."""

    def judge(student: Student, rng: np.random.Generator) -> Iterator[Case]:
        for number in range(1, 4):
            series = made_up(rng, years=3)
            yield asked(student, f"series {number}", name, [series], close_to(error(series, model)))

    return judge


def measured() -> dict[str, tuple[str, float]]:
    """Return verdict and evidence of each claim, on the series of the notebook."""
    series = public()
    gru, yesterday, linear, large = (
        error(series), error(series, "yesterday"), error(series, "linear"), error(series, units=64),
    )  # fmt: skip
    holds = {
        "A": (error(series, degrees=False, all_days=True, shuffled=True) > 0.95 * gru, gru),
        "B": (gru < yesterday, yesterday),
        "C": (gru < 0.9 * linear, linear),
        "D": (large < gru, large),
    }
    return {claim: ("confirmed" if held else "refuted", evidence) for claim, (held, evidence) in holds.items()}


def judge_verdicts(student: Student, _rng: np.random.Generator) -> Iterator[Case]:
    """Half for the number, half for the verdict, which counts with its number alone."""
    try:
        given = student.call("VERDICTS")
    except FailedError as problem:
        yield Case("verdicts", 0, str(problem))
        return
    for claim, (verdict, evidence) in measured().items():
        entry = given.get(claim) if isinstance(given, dict) else None
        if unanswered(entry):
            yield Case(f"claim {claim}", 0, NOT_ANSWERED)
        elif not (isinstance(entry, list) and len(entry) == 2):
            yield Case(f"claim {claim}", 0, 'it needs a verdict and a number: ("confirmed", 1.23)')
        elif unlike(evidence, entry[1], BAND):
            yield Case(f"claim {claim}", 0, "the number is not what was measured; a verdict without it does not count")
        else:
            right = entry[0] == verdict
            yield Case(f"claim {claim}", 0.5 + 0.5 * right, "" if right else "the number says something else")


CLAIMS_ON_TRIAL = Assignment(
    "claims_on_trial",
    "Assignment 3: a tutorial on trial",
    (
        Part("repaired", 4, judge_repaired),
        Part("persistence", 2, judge_baseline("persistence", "yesterday")),
        Part("linear", 2, judge_baseline("linear", "linear")),
        Part("VERDICTS", 4, judge_verdicts),
    ),
)
