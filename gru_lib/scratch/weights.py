"""The weights of a GRU layer, stored exactly as Keras stores them."""

from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import ArrayLike, DTypeLike, NDArray

from gru_lib.scratch.checks import (
    FLOATS,
    boolean,
    finite,
    float_array,
    plain_array,
    positive_integer,
    same_dtype,
    same_shape,
)
from gru_lib.scratch.initializers import glorot_uniform, orthogonal


@dataclass(frozen=True, eq=False)
class GRUWeights:
    """Weights of one GRU layer, columns in the order z, r, h.

    Parameters
    ----------
    kernel : (m, 3n) array
        Input weights ``[W_z, W_r, W_h]`` for m input features and n units.
    recurrent_kernel : (n, 3n) array
        Recurrent weights ``[U_z, U_r, U_h]``.
    bias : (2, 3n) array, (3n,) array or None
        With reset after: row 0 is the input bias b, row 1 the recurrent bias c.
        With reset before: one row. None means no bias.

    Raises
    ------
    ValueError
        If a shape, a dtype or a value (NaN, infinity) cannot belong to a GRU.
    TypeError
        If an array is a masked one.

    Notes
    -----
    Derived in the chapter *The GRU equations*. Source: the layout of ``keras.layers.GRU.get_weights()``.
    The matrices are those of Cho et al. (2014), equations 5 to 8, transposed: here rows are inputs.

    Examples
    --------
    >>> weights = GRUWeights.init(3, 5, rng=np.random.default_rng(0))
    >>> weights.kernel.shape, weights.recurrent_kernel.shape, weights.bias.shape
    ((3, 15), (5, 15), (2, 15))
    """

    kernel: NDArray
    recurrent_kernel: NDArray
    bias: NDArray | None = None

    def __post_init__(self) -> None:
        kernel = finite("kernel", float_array("kernel", self.kernel, 2))
        recurrent = finite("recurrent_kernel", float_array("recurrent_kernel", self.recurrent_kernel, 2))
        n = recurrent.shape[0]
        if n < 1 or kernel.shape[0] < 1:
            raise ValueError(
                f"kernel has shape {kernel.shape}, recurrent_kernel {recurrent.shape}; "
                "expected at least one input feature and one unit"
            )
        same_shape("recurrent_kernel", recurrent, (n, 3 * n), "n units, 3n columns z, r, h")
        same_shape("kernel", kernel, (kernel.shape[0], 3 * n), f"m features, 3n columns for n = {n} units")
        same_dtype("recurrent_kernel", recurrent, kernel.dtype)
        object.__setattr__(self, "kernel", kernel)
        object.__setattr__(self, "recurrent_kernel", recurrent)
        if self.bias is not None:
            object.__setattr__(self, "bias", self._checked_bias(self.bias, kernel.dtype, n))

    @staticmethod
    def _checked_bias(bias: ArrayLike, dtype: np.dtype, n: int) -> NDArray:
        bias = plain_array("bias", bias)
        finite("bias", float_array("bias", bias, 1 if bias.ndim == 1 else 2))
        if bias.shape not in ((2, 3 * n), (3 * n,)):
            raise ValueError(
                f"bias has shape {bias.shape}; expected {(2, 3 * n)} with reset after, {(3 * n,)} with reset before"
            )
        return same_dtype("bias", bias, dtype)

    @property
    def input_size(self) -> int:
        """Number of input features, m."""
        return self.kernel.shape[0]

    @property
    def units(self) -> int:
        """Number of units, n."""
        return self.recurrent_kernel.shape[0]

    @property
    def dtype(self) -> np.dtype:
        """Data type of every array, float32 or float64."""
        return self.kernel.dtype

    def split_bias(self, reset_after: bool) -> tuple[NDArray, NDArray]:
        """Return the input bias b and the recurrent bias c, (3n,) each, zeros where there is none.

        Raises
        ------
        ValueError
            If the bias is that of the other convention, or `reset_after` is not True or False.
        """
        expected = (2, 3 * self.units) if boolean("reset_after", reset_after) else (3 * self.units,)
        none = np.zeros(3 * self.units, self.dtype)
        if self.bias is None:
            return none, none
        same_shape("bias", self.bias, expected, f"reset_after={reset_after}")
        return (self.bias[0], self.bias[1]) if reset_after else (self.bias, none)

    def arrays(self) -> list[NDArray]:
        """Return the arrays in the order of Keras's ``get_weights()``; None is left out."""
        return [array for array in (self.kernel, self.recurrent_kernel, self.bias) if array is not None]

    @classmethod
    def init(
        cls,
        input_size: int,
        units: int,
        *,
        rng: np.random.Generator,
        dtype: DTypeLike = np.float32,
        reset_after: bool = True,
        use_bias: bool = True,
    ) -> Self:
        """Draw the weights from Keras's default distributions.

        The kernel is Glorot uniform over the whole (m, 3n) matrix,
        the recurrent kernel a (n, 3n) matrix with orthonormal rows (Saxe et al. 2014), the bias zero.

        Parameters
        ----------
        input_size, units : int
            m and n, at least 1.
        rng : numpy.random.Generator
            Source of randomness; the same generator gives the same weights.
        dtype : float32 or float64
        reset_after, use_bias : bool
            Decide the shape of the bias.

        Raises
        ------
        ValueError
            If a size is not a positive integer, the dtype not float32 or float64, or a flag not True or False.
        """
        m, n = positive_integer("input_size", input_size), positive_integer("units", units)
        if np.dtype(dtype) not in FLOATS:
            raise ValueError(f"dtype is {np.dtype(dtype)}; expected float32 or float64")
        bias_shape = (2, 3 * n) if boolean("reset_after", reset_after) else (3 * n,)
        return cls(
            glorot_uniform(m, 3 * n, rng).astype(dtype),
            orthogonal(n, 3 * n, rng).astype(dtype),
            np.zeros(bias_shape, dtype) if boolean("use_bias", use_bias) else None,
        )


def parameter_count(input_size: int, units: int, *, reset_after: bool = True, use_bias: bool = True) -> int:
    """Count the trainable numbers of a GRU layer: 3 (nm + n² + 2n) with reset after.

    Parameters
    ----------
    input_size, units : int
        m input features and n units, at least 1.
    reset_after : bool
        Two bias rows if True, one if False (Cho et al. 2014 has n² + nm + n per gate).
    use_bias : bool
        No bias at all if False.

    Raises
    ------
    ValueError
        If a size is not a positive integer, or a flag not True or False.

    Notes
    -----
    Derived in the chapter *The GRU equations*.

    Examples
    --------
    >>> parameter_count(28, 64)
    18048
    >>> parameter_count(4, 5, reset_after=False), parameter_count(4, 5)
    (150, 165)
    """
    m, n = positive_integer("input_size", input_size), positive_integer("units", units)
    biases = boolean("use_bias", use_bias) * (1 + boolean("reset_after", reset_after))
    return 3 * (n * m + n * n + biases * n)
