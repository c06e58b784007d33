"""The two temperature series: what was measured is untouched, what was made up is what its description says."""

from datetime import date

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gru_lib.datasets import load_temperature, synthetic_temperature

SEEDS = st.integers(0, 2**32 - 1)


def day(text):
    return np.datetime64(text, "D")


@pytest.fixture(scope="module")
def clemson():
    return load_temperature()


@pytest.fixture(scope="module")
def town():
    return synthetic_temperature()


# --- the measured series


def test_every_day_of_91_years_is_there(clemson):
    assert clemson.dates.dtype == "datetime64[D]"
    assert (clemson.dates[0], clemson.dates[-1]) == (day("1930-01-01"), day("2020-12-31"))
    assert clemson.dates.shape == clemson.high.shape == clemson.low.shape == (33_238,)
    assert np.all(np.diff(clemson.dates) == np.timedelta64(1, "D"))


def test_arrays_are_the_callers_own(clemson):
    again = load_temperature()
    for array in (again.high, again.low):
        assert array.dtype == np.float64
        assert array.flags.writeable
        assert array.flags.c_contiguous
        array[:] = 0.0
    assert clemson.high[0] == load_temperature().high[0] == 19.4


@pytest.mark.parametrize(
    ("text", "low", "high"),
    [
        ("1930-01-01", -1.7, 19.4),
        ("1962-09-01", np.nan, np.nan),
        ("1962-10-01", 9.4, 25.0),
        ("2003-07-31", 21.1, np.nan),
        ("2012-07-02", 21.1, 41.1),
        ("2020-12-31", 5.0, 8.3),
    ],
)
def test_known_days(clemson, text, low, high):
    index = np.flatnonzero(clemson.dates == day(text)).item()
    np.testing.assert_equal((clemson.low[index], clemson.high[index]), (low, high))


def test_what_is_missing_stays_missing(clemson):
    no_high, no_low = np.isnan(clemson.high), np.isnan(clemson.low)
    assert (no_high.sum(), no_low.sum(), (no_high & no_low).sum()) == (95, 107, 90)
    for month, days in {"1962-09": 30, "2005-02": 28}.items():
        assert no_high[clemson.dates.astype("datetime64[M]") == np.datetime64(month)].tolist() == [True] * days
    weekends = clemson.dates[no_high & (clemson.dates >= day("2006-01-01"))]
    assert len(weekends) == 15
    assert {date.weekday() for date in weekends.tolist()} == {5, 6}


def test_the_longest_stretch_without_a_gap(clemson):
    gap = np.isnan(clemson.high) | np.isnan(clemson.low)
    edges = np.flatnonzero(np.concatenate([[True], gap, [True]]))  # a stretch lies between two edges
    longest = np.argmax(np.diff(edges))
    assert edges[longest + 1] - edges[longest] - 1 == 8973
    assert (clemson.dates[edges[longest]], clemson.dates[edges[longest + 1] - 2]) == (
        day("1976-03-07"),
        day("2000-09-29"),
    )


def test_the_impossible_reading_is_kept_and_is_the_only_one(clemson):
    assert clemson.dates[clemson.low < -25].tolist() == [date(1936, 7, 18)]
    assert np.nanmin(clemson.low) == -57.8


# --- the made-up series


def autocorrelation(x, lag):
    return np.dot(x[lag:], x[:-lag]) / np.dot(x, x)


def rmse(error):
    return np.sqrt(np.mean(error**2))


def test_the_default_has_the_length_and_the_start_of_the_tutorial(town):
    assert town.dates.dtype == "datetime64[D]"
    assert (town.dates[0], town.dates[-1]) == (day("2010-01-01"), day("2031-11-26"))
    assert town.dates.shape == town.temperature.shape == town.season.shape == (8000,)
    assert town.temperature.dtype == np.float64


def test_the_season_turns_once_a_year(town):
    assert town.season.min() == pytest.approx(2.0, abs=1e-3)
    assert town.season.max() == pytest.approx(22.0, abs=1e-3)
    for extreme, expected in ((np.argmin, (1, 20)), (np.argmax, (7, 20))):
        for year in range(2010, 2031):
            inside = town.dates.astype("datetime64[Y]") == np.datetime64(str(year))
            found = town.dates[inside][extreme(town.season[inside])].item()
            assert abs((found - date(year, *expected)).days) <= 1


@given(days=st.integers(1, 400), seed=SEEDS)
def test_a_seed_makes_one_series_and_a_shorter_one_is_its_beginning(days, seed):
    short, same, long = (synthetic_temperature(n, seed=seed) for n in (days, days, days + 50))
    assert short.dates.shape == short.temperature.shape == short.best_forecast.shape == (days,)
    assert np.all(np.isfinite(short.temperature))
    np.testing.assert_array_equal(short.temperature, same.temperature)
    np.testing.assert_array_equal(short.dates, long.dates[:days])
    np.testing.assert_array_equal(short.temperature, long.temperature[:days])
    assert not np.any(short.temperature == synthetic_temperature(days, seed=seed + 1).temperature)


@given(seed=SEEDS, persistence=st.floats(-0.95, 0.95), innovation_std=st.floats(0.1, 10.0))
def test_the_parameters_are_recovered_from_the_series(seed, persistence, innovation_std):
    days = 8000
    town = synthetic_temperature(days, seed=seed, persistence=persistence, innovation_std=innovation_std)
    assert (town.persistence, town.innovation_std) == (persistence, innovation_std)
    departure = town.temperature - town.season
    tolerance = 6 / np.sqrt(days)  # six standard errors
    assert abs(autocorrelation(departure, 1) - persistence) < tolerance
    innovation = (town.temperature - town.best_forecast)[1:]
    assert abs(rmse(innovation) / innovation_std - 1) < tolerance
    assert abs(innovation.mean()) / innovation_std < tolerance
    for lag in (1, 2, 7):  # nothing in what is left says anything about the next day
        assert abs(autocorrelation(innovation, lag)) < tolerance


@given(seed=SEEDS, mean=st.floats(-50, 50), amplitude=st.floats(0, 30), start=st.dates(date(1, 1, 1)))
def test_season_and_weather_do_not_depend_on_each_other(seed, mean, amplitude, start):
    town = synthetic_temperature(60, start, seed, mean=mean, amplitude=amplitude)
    flat = synthetic_temperature(60, seed=seed, mean=0.0, amplitude=0.0)
    assert town.dates[0].item() == start
    np.testing.assert_allclose(town.temperature - town.season, flat.temperature, atol=1e-12)
    assert np.all(np.abs(town.season - mean) <= amplitude + 1e-12)


@given(seed=SEEDS, persistence=st.floats(-0.95, 0.95))
def test_the_best_forecast_leaves_the_innovations_and_nothing_else(seed, persistence):
    town = synthetic_temperature(100, seed=seed, persistence=persistence)
    innovations = synthetic_temperature(100, seed=seed, persistence=0.0, mean=0.0, amplitude=0.0).temperature
    np.testing.assert_allclose((town.temperature - town.best_forecast)[1:], innovations[1:], atol=1e-10)


def test_the_weather_starts_in_its_long_run_distribution():
    first = [synthetic_temperature(1, seed=seed, amplitude=0.0, mean=0.0).temperature[0] for seed in range(2000)]
    assert np.std(first) == pytest.approx(4.0, rel=0.05)
    assert np.mean(first) == pytest.approx(0.0, abs=0.3)


def test_no_linear_forecast_is_better_than_the_best(town):
    # judged on days that were not used to fit it, a regression on the past 30 days stays above the floor
    windows = np.lib.stride_tricks.sliding_window_view(town.temperature, 31)
    past = np.column_stack([windows[:, :-1], town.season[30:], np.ones(len(windows))])
    split = len(past) * 4 // 5
    weights = np.linalg.lstsq(past[:split], windows[:split, -1])[0]
    errors = windows[split:, -1] - past[split:] @ weights
    floor = rmse((town.temperature - town.best_forecast)[30 + split :])
    persistence = rmse(np.diff(town.temperature)[29 + split :])
    assert floor == pytest.approx(town.innovation_std, rel=0.05)
    assert floor < rmse(errors) < 1.02 * floor < persistence


def test_without_innovations_the_forecast_is_exact():
    town = synthetic_temperature(400, innovation_std=0)
    np.testing.assert_array_equal(town.temperature, town.season)
    np.testing.assert_array_equal(town.best_forecast, town.temperature)


@pytest.mark.parametrize("start", ["2024-02-28", date(2024, 2, 28), day("2024-02-28")])
def test_a_start_in_any_form(start):
    assert synthetic_temperature(3, start).dates.astype(str).tolist() == ["2024-02-28", "2024-02-29", "2024-03-01"]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"days": 0}, "days is 0; expected an integer of at least 1"),
        ({"days": 2.5}, "days is 2.5; expected an integer of at least 1"),
        ({"days": True}, "days is True; expected an integer of at least 1"),
        ({"start": "2010-02-30"}, "start is '2010-02-30'; expected a day such as '2010-01-01'"),
        ({"start": "January"}, "start is 'January'; expected a day"),
        ({"start": 2010}, "start is 2010; expected a day"),
        ({"start": np.datetime64("NaT")}, "expected a day"),
        ({"seed": -1}, "seed is -1; expected an integer of at least 0"),
        ({"seed": None}, "seed is None; expected an integer of at least 0"),
        ({"seed": True}, "seed is True; expected an integer of at least 0"),
        ({"mean": np.nan}, "mean is nan; expected a finite number"),
        ({"amplitude": -1}, "amplitude is -1; expected a finite number of at least 0"),
        ({"amplitude": np.inf}, "amplitude is inf; expected a finite number of at least 0"),
        ({"persistence": 1}, "persistence is 1; expected a number between -1 and 1"),
        ({"persistence": np.nan}, "persistence is nan; expected a number between -1 and 1"),
        ({"innovation_std": -0.1}, "innovation_std is -0.1; expected a finite number of at least 0"),
    ],
)
def test_an_argument_out_of_range_is_named(arguments, message):
    with pytest.raises(ValueError, match=message.replace(".", r"\.")):
        synthetic_temperature(**arguments)
