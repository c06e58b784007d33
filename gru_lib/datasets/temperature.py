"""Daily temperatures: a real series that ships with the package, and a made-up one with a known best forecast."""

from dataclasses import dataclass
from datetime import date

import numpy as np
from numpy.typing import NDArray

from gru_lib.datasets.registry import read_shipped
from gru_lib.scratch.checks import positive_integer

YEAR = 365.25  # days
COLDEST = np.datetime64("2000-01-20")  # where the made-up wave is lowest

Days = NDArray[np.datetime64]
Celsius = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class DailyTemperature:
    """One station, every day of the calendar, in °C.

    Attributes
    ----------
    dates : (D,) datetime64[D]
        Consecutive days, none left out.
    high, low : (D,) float64
        The day's highest and lowest temperature in °C; NaN where none was recorded.
    """

    dates: Days
    high: Celsius
    low: Celsius


def load_temperature() -> DailyTemperature:
    """Return the daily highs and lows of Clemson, South Carolina, 1930 to 2020, as they were recorded.

    Returns
    -------
    DailyTemperature
        33,238 days in °C, exact to the recorded tenth; missing days are NaN, nothing is filled in.

    Raises
    ------
    DatasetError
        If the file is missing, truncated or altered.

    Notes
    -----
    Used in the chapter *Daily temperature*, a reproduction.
    Source: NOAA, GHCN-Daily, station USC00381770; see `gru_lib.datasets.registry.FILES`.
    NOAA's thermometer was read in whole degrees Fahrenheit, hence steps of about 0.56 °C.

    Gaps: 95 highs and 107 lows are missing. On 90 days both are, among them the whole of September 1962 and of
    February 2005, and 15 days of weekends in May and June 2006. The longest stretch without a gap runs from
    1976-03-07 to 2000-09-29, 8,973 days, for both columns.

    One reading cannot be true and is kept: a low of −57.8 °C on 1936-07-18.

    Examples
    --------
    >>> clemson = load_temperature()
    >>> clemson.dates[0].item().isoformat(), clemson.high[0].item(), clemson.low[0].item()
    ('1930-01-01', 19.4, -1.7)
    >>> int(np.isnan(clemson.high).sum())
    95
    """
    rows = [line.split(",") for line in read_shipped("temperature-clemson").decode("ascii").splitlines()[1:]]
    recorded = np.array([row[0] for row in rows], "datetime64[D]")
    tenths = np.array([[float(field or "nan") for field in row[1:]] for row in rows])
    dates = np.arange(recorded[0], recorded[-1] + 1)
    celsius = np.full((dates.size, 2), np.nan)  # columns low, high
    celsius[np.isin(dates, recorded)] = tenths / 10
    low, high = np.ascontiguousarray(celsius.T)
    return DailyTemperature(dates, high, low)


@dataclass(frozen=True, eq=False)
class SyntheticTemperature:
    """A made-up series in °C, and what is known about it because it is made up.

    Attributes
    ----------
    dates : (D,) datetime64[D]
        Consecutive days.
    temperature, season : (D,) float64
        The day's temperature and its expectation, the yearly wave, in °C.
    persistence : float
        The share of today's departure from the season that is still expected tomorrow.
    innovation_std : float
        Standard deviation, in °C, of what no forecast can know. It is the least RMSE that any forecast of the
        next day can expect.
    """

    dates: Days
    temperature: Celsius
    season: Celsius
    persistence: float
    innovation_std: float

    @property
    def best_forecast(self) -> Celsius:
        """(D,) float64: the best forecast of each day from all days before it, in °C.

        No forecast has a smaller expected squared error.
        The first day has no day before it; its best forecast is the season.
        """
        departure = self.temperature - self.season
        return self.season + self.persistence * np.concatenate([[0.0], departure[:-1]])


def synthetic_temperature(
    days: int = 8000,
    start: str | date | np.datetime64 = "2010-01-01",
    seed: int = 0,
    *,
    mean: float = 12.0,
    amplitude: float = 10.0,
    persistence: float = 0.8,
    innovation_std: float = 2.4,
) -> SyntheticTemperature:
    """Return a made-up daily temperature: a yearly wave, and weather that fades from day to day.

    The departure from the wave is an autoregression of order one:
    ``departure[t] = persistence * departure[t - 1] + innovation[t]`` with normal, independent innovations.
    It starts in its long-run distribution, whose standard deviation is
    ``innovation_std / sqrt(1 - persistence**2)``, 4 °C by default.

    Parameters
    ----------
    days : int
        Length of the series, at least 1.
    start : str, date or datetime64
        The first day, as ``"YYYY-MM-DD"``, in the years 1 to 9999.
    seed : int
        Not negative. A longer series with the same seed begins with the shorter one.
    mean, amplitude : float
        Middle of the yearly wave and its height above the middle, in °C; its coldest day is about 20 January.
    persistence : float
        Between −1 and 1, both excluded.
    innovation_std : float
        In °C, not negative.

    Returns
    -------
    SyntheticTemperature

    Raises
    ------
    ValueError
        If an argument is outside its range.

    Notes
    -----
    Used in the chapter *Daily temperature*, a reproduction.
    The defaults are chosen, not measured: a temperate town, 2 °C in January and 22 °C in July on average.
    Length and start are those of the file behind the temperature tutorial that the book reproduces; the file itself
    is not at hand. Its last day would be in November 2031: it was not measured, and how it was made is not said.

    Examples
    --------
    >>> town = synthetic_temperature()
    >>> town.dates[0].item().isoformat(), town.dates[-1].item().isoformat(), town.temperature.shape
    ('2010-01-01', '2031-11-26', (8000,))
    >>> rmse = np.sqrt(np.mean((town.temperature - town.best_forecast) ** 2))
    >>> abs(rmse - town.innovation_std).item() < 0.05
    True
    """
    first = _first_day(start)
    dates = np.arange(first, first + positive_integer("days", days))
    if isinstance(seed, bool) or not isinstance(seed, int | np.integer) or seed < 0:
        raise ValueError(f"seed is {seed!r}; expected an integer of at least 0")
    _within("mean", mean, np.isfinite(mean), "a finite number")
    _within("amplitude", amplitude, 0 <= amplitude < np.inf, "a finite number of at least 0")
    _within("persistence", persistence, -1 < persistence < 1, "a number between -1 and 1, both excluded")
    _within("innovation_std", innovation_std, 0 <= innovation_std < np.inf, "a finite number of at least 0")

    season = mean - amplitude * np.cos(2 * np.pi * (dates - COLDEST).astype(np.float64) / YEAR)
    departure = innovation_std * np.random.default_rng(seed).standard_normal(days)
    departure[0] /= np.sqrt(1 - persistence**2)
    for t in range(1, days):
        departure[t] += persistence * departure[t - 1]
    return SyntheticTemperature(dates, season + departure, season, float(persistence), float(innovation_std))


def _first_day(start: str | date | np.datetime64) -> np.datetime64:
    try:
        return np.datetime64(date.fromisoformat(str(start)), "D")
    except ValueError as error:
        raise ValueError(f"start is {start!r}; expected a day such as '2010-01-01'") from error


def _within(name: str, value: float, fits: bool | np.bool_, expected: str) -> None:
    if not fits:
        raise ValueError(f"{name} is {value!r}; expected {expected}")
