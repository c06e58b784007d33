"""Losses, each with its gradient, averaged over the batch as in Keras; used in the chapter *MNIST, row by row*."""

import numpy as np
from numpy.typing import ArrayLike, NDArray

from gru_lib.scratch.checks import float_array, plain_array, same_shape


def softmax(logits: NDArray) -> NDArray:
    """Return probabilities along the last axis, (..., C); subtracting the maximum keeps exp from overflowing."""
    exponentials = np.exp(logits - logits.max(axis=-1, keepdims=True))
    return exponentials / exponentials.sum(axis=-1, keepdims=True)


def softmax_cross_entropy(logits: ArrayLike, labels: ArrayLike) -> tuple[float, NDArray]:
    """Return the mean cross-entropy of a softmax over the logits, and its gradient.

    Parameters
    ----------
    logits : (B, C) or (B, T, C) array
        One score for each of C classes, before softmax (Keras: ``from_logits=True``).
    labels : (B,) or (B, T) integer array
        The right class of each row, 0 to C - 1.

    Returns
    -------
    loss : float
        In nats, the mean over all rows and steps; 0.0 for an empty batch.
    gradient : array in the shape of logits
        (softmax - one-hot) / number of labels (Goodfellow et al. 2016, section 6.2.2.3).

    Raises
    ------
    ValueError
        If a shape does not fit, or a label is not a class.
    TypeError
        If an array is a masked one.
    """
    logits, labels = float_array("logits", logits, 3 if np.ndim(logits) == 3 else 2), plain_array("labels", labels)
    same_shape("labels", labels, logits.shape[:-1], "logits without their last axis")
    if not np.issubdtype(labels.dtype, np.integer):
        raise ValueError(f"labels have dtype {labels.dtype}; expected integers")
    if labels.size == 0:
        return 0.0, np.zeros_like(logits)
    classes = logits.shape[-1]
    if labels.min() < 0 or labels.max() >= classes:
        raise ValueError(f"labels run from {labels.min()} to {labels.max()}; expected 0 to {classes - 1}")
    right = labels[..., None]
    shifted = logits - logits.max(axis=-1, keepdims=True)
    log_sum = np.log(np.exp(shifted).sum(axis=-1, keepdims=True))
    gradient = softmax(logits)
    np.put_along_axis(gradient, right, np.take_along_axis(gradient, right, -1) - 1, -1)
    return float(np.mean(log_sum - np.take_along_axis(shifted, right, -1))), gradient / labels.size


def mean_squared_error(predictions: ArrayLike, targets: ArrayLike) -> tuple[float, NDArray]:
    """Return the mean squared error over all numbers, and its gradient.

    Parameters
    ----------
    predictions, targets : (B, k) arrays

    Returns
    -------
    loss : float
        0.0 for an empty batch.
    gradient : (B, k) array

    Raises
    ------
    ValueError
        If the shapes differ: broadcasting (B, 1) against (B,) would train on the wrong errors.
    TypeError
        If an array is a masked one.
    """
    predictions, targets = float_array("predictions", predictions, 2), plain_array("targets", targets)
    same_shape("targets", targets, predictions.shape, "as predictions")
    if predictions.size == 0:
        return 0.0, np.zeros_like(predictions)
    error = predictions - targets.astype(predictions.dtype)
    return float(np.mean(error**2)), 2 * error / error.size
