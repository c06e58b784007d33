"""The GRU of this book as Keras layers: drop-ins for `keras.layers.GRUCell` and `keras.layers.GRU`, on any backend.

From scratch is the cell. What every recurrent layer shares (masks, state between batches, shapes, saving) comes
from `keras.layers.RNN`. Two of its parts have no public name, and are imported from where they live: the loop over
time, and the mixin by which RNN tells a cell that a new sequence begins, so that it draws new dropout masks.
Both are written, and compared with Keras's, in the chapter *The layer from scratch*.
"""

from numbers import Integral
from operator import attrgetter
from typing import Any

import keras
from keras import activations, constraints, initializers, ops, regularizers, tree
from keras.src.backend import rnn
from keras.src.layers.rnn.dropout_rnn_cell import DropoutRNNCell

PARTS = ("kernel", "recurrent", "bias")
ROLES = {"initializer": initializers, "regularizer": regularizers, "constraint": constraints}
PLAIN = ("units", "use_bias", "dropout", "recurrent_dropout", "reset_after", "seed")
OBJECTS = {"activation": activations, "recurrent_activation": activations} | {
    f"{part}_{role}": module for role, module in ROLES.items() for part in PARTS
}


@keras.saving.register_keras_serializable(package="gru_lib")
class GRUCell(keras.Layer, DropoutRNNCell):
    """One step of a GRU: Keras's cell, argument for argument and weight for weight.

    Parameters
    ----------
    units : int
        n, the size of the state.
    activation, recurrent_activation : str or callable, optional
        Of the candidate, and of the two gates; None is the identity.
    use_bias : bool
    kernel_initializer, recurrent_initializer, bias_initializer : str or Initializer
    kernel_regularizer, recurrent_regularizer, bias_regularizer : str or Regularizer, optional
    kernel_constraint, recurrent_constraint, bias_constraint : str or Constraint, optional
    dropout, recurrent_dropout : float
        Share of the inputs, and of the state, that a training step drops: the same ones at every time step.
    reset_after : bool
        Does the reset gate act after the recurrent product (True), or before it?
    seed : int, optional
        Of the dropout.
    implementation : int
        1 draws a dropout mask of the inputs for each gate, 2 one for all. Recurrent dropout implies 1, as in Keras.
    **kwargs
        What every Keras layer takes: name, dtype, trainable.

    Raises
    ------
    ValueError
        If `units` is not an integer of at least 1, `use_bias` or `reset_after` neither True nor False, or a dropout
        not a share from 0 to 1.

    Notes
    -----
    Weights, columns in the order z, r, h: kernel (m, 3n), recurrent_kernel (n, 3n), and bias, which is (2, 3n)
    with reset after and (3n,) with reset before.
    Written in the chapter *The layer from scratch*.
    Source: Cho et al. (2014), equations 5 to 8; v1 of the paper resets after, v3 before.

    Examples
    --------
    >>> h_next, states = GRUCell(5)(keras.ops.ones((2, 3)), [keras.ops.zeros((2, 5))])
    >>> tuple(h_next.shape)
    (2, 5)
    """

    units: int
    activation: Any
    recurrent_activation: Any
    use_bias: bool
    dropout: float
    recurrent_dropout: float
    reset_after: bool

    def __init__(
        self,
        units: int,
        activation: Any = "tanh",
        recurrent_activation: Any = "sigmoid",
        use_bias: bool = True,
        kernel_initializer: Any = "glorot_uniform",
        recurrent_initializer: Any = "orthogonal",
        bias_initializer: Any = "zeros",
        kernel_regularizer: Any = None,
        recurrent_regularizer: Any = None,
        bias_regularizer: Any = None,
        kernel_constraint: Any = None,
        recurrent_constraint: Any = None,
        bias_constraint: Any = None,
        dropout: float = 0.0,
        recurrent_dropout: float = 0.0,
        reset_after: bool = True,
        seed: int | None = None,
        implementation: int = 2,
        **kwargs: Any,
    ) -> None:
        if isinstance(units, bool) or not isinstance(units, Integral) or units < 1:
            raise ValueError(f"units is {units!r}; expected an integer of at least 1")
        for name, flag in {"use_bias": use_bias, "reset_after": reset_after}.items():
            if flag not in (True, False):
                raise ValueError(f"{name} is {flag!r}; expected True or False")
        for name, share in {"dropout": dropout, "recurrent_dropout": recurrent_dropout}.items():
            if not 0 <= share <= 1:
                raise ValueError(f"{name} is {share!r}; expected a share from 0 to 1")  # Keras would clip it
        super().__init__(**kwargs)
        self.units = self.state_size = self.output_size = int(units)  # NumPy has integers of its own
        self.activation = activations.get(activation)
        self.recurrent_activation = activations.get(recurrent_activation)
        self.use_bias = use_bias
        self.kernel_initializer = initializers.get(kernel_initializer)
        self.recurrent_initializer = initializers.get(recurrent_initializer)
        self.bias_initializer = initializers.get(bias_initializer)
        self.kernel_regularizer = regularizers.get(kernel_regularizer)
        self.recurrent_regularizer = regularizers.get(recurrent_regularizer)
        self.bias_regularizer = regularizers.get(bias_regularizer)
        self.kernel_constraint = constraints.get(kernel_constraint)
        self.recurrent_constraint = constraints.get(recurrent_constraint)
        self.bias_constraint = constraints.get(bias_constraint)
        self.dropout, self.recurrent_dropout = float(dropout), float(recurrent_dropout)
        self.reset_after = reset_after
        self.seed = seed
        self.seed_generator = keras.random.SeedGenerator(seed)
        self.implementation = 1 if self.recurrent_dropout else implementation
        self.dropout_mask_count = 3 if self.implementation == 1 else 1

    def build(self, input_shape: tuple[int | None, ...]) -> None:
        """Create the weights for inputs of m features, the last number of the shape."""
        columns = 3 * self.units
        self.kernel = self._weight("kernel", "kernel", (input_shape[-1], columns))
        self.recurrent_kernel = self._weight("recurrent_kernel", "recurrent", (self.units, columns))
        bias_shape = (2, columns) if self.reset_after else (columns,)
        self.bias = self._weight("bias", "bias", bias_shape) if self.use_bias else None

    def _weight(self, name: str, part: str, shape: tuple[int | None, ...]) -> keras.Variable:
        return self.add_weight(name=name, shape=shape, **{role: getattr(self, f"{part}_{role}") for role in ROLES})

    def call(self, inputs: Any, states: Any, training: bool = False) -> tuple[Any, Any]:
        """Return the next state twice, as output and as state: (B, m), [(B, n)] -> (B, n), [(B, n)]."""
        x, h = (ops.cast(value, self.compute_dtype) for value in (inputs, tree.flatten(states)[0]))
        h_next = self.step(x, h, self.tensors(), training)
        return h_next, [h_next] if tree.is_nested(states) else h_next

    def tensors(self) -> tuple[Any, Any, Any, Any]:
        """Return kernel, recurrent kernel and the rows of the bias, b and c; None where there is no such row."""
        b, c = None, None
        if self.use_bias:
            bias = ops.convert_to_tensor(self.bias)
            b, c = (bias[0], bias[1]) if self.reset_after else (bias, None)
        return ops.convert_to_tensor(self.kernel), ops.convert_to_tensor(self.recurrent_kernel), b, c

    def step(self, x: Any, h: Any, tensors: tuple[Any, Any, Any, Any], training: bool = False) -> Any:
        """Return the next state: (B, m), (B, n) -> (B, n), both of the dtype that the layer computes in."""
        kernel, recurrent_kernel, b, c = tensors
        x_masks = self.get_dropout_mask(x) if training and 0 < self.dropout < 1 else None
        h_masks = self.get_recurrent_dropout_mask(h) if training and 0 < self.recurrent_dropout < 1 else None

        x_z, x_r, x_h = ops.split(_affine(x, kernel, b, x_masks), 3, axis=-1)
        if self.reset_after:
            h_z, h_r, h_h = ops.split(_affine(h, recurrent_kernel, c, h_masks), 3, axis=-1)
        else:
            gates, candidate = recurrent_kernel[:, : 2 * self.units], recurrent_kernel[:, 2 * self.units :]
            h_z, h_r = ops.split(_affine(h, gates, None, h_masks and h_masks[:2]), 2, axis=-1)
        z = self.recurrent_activation(x_z + h_z)
        r = self.recurrent_activation(x_r + h_r)
        reset = r * h_h if self.reset_after else _affine(r * h, candidate, None, h_masks and h_masks[2:])
        g = self.activation(x_h + reset)
        return z * h + (1 - z) * g

    def get_initial_state(self, batch_size: int | None = None) -> list[Any]:
        """Return one state of zeros, (B, n)."""
        return [ops.zeros((batch_size, self.units), dtype=self.compute_dtype)]

    def get_config(self) -> dict[str, Any]:
        """Return the arguments of the constructor, as Keras's cell does."""
        config = {name: getattr(self, name) for name in PLAIN}
        config |= {name: module.serialize(getattr(self, name)) for name, module in OBJECTS.items()}
        return super().get_config() | config


def _affine(x: Any, matrix: Any, bias: Any, masks: list[Any] | None) -> Any:
    """Return x @ matrix + bias; of several dropout masks each serves the columns of one gate."""
    if masks:
        gates = zip(masks, ops.split(matrix, len(masks), axis=-1), strict=True)
        product = ops.concatenate([(x * mask) @ columns for mask, columns in gates], axis=-1)
    else:
        product = x @ matrix
    return product if bias is None else product + bias


@keras.saving.register_keras_serializable(package="gru_lib")
class GRU(keras.layers.RNN):
    """A GRU over a sequence: Keras's layer, argument for argument and weight for weight.

    Parameters
    ----------
    units, activation, recurrent_activation, use_bias, ..., reset_after, seed
        Of `GRUCell`, whose attributes are the layer's too.
    activity_regularizer : str or Regularizer, optional
        Of the output.
    return_sequences, return_state : bool
        Return every state (B, T, n), not the last one (B, n); return the last one in addition.
    go_backwards : bool
        Read from the end; the states come in the order of processing.
    stateful : bool
        Begin where the last batch ended, until `reset_state`.
    unroll : bool
        Write the loop out, T must be known.
    use_cudnn : "auto" or False
        For compatibility: this layer has no fused path, so True is an error.
    **kwargs
        zero_output_for_mask, implementation, and what every Keras layer takes: name, dtype, trainable.

    Raises
    ------
    ValueError
        If an argument has a value that it cannot have, or initial_state or mask another shape than below.

    Notes
    -----
    Call it with sequences (B, T, m) and, if wanted, initial_state (B, n), mask (B, T), training.
    Written in the chapter *The layer from scratch*.
    Source: Cho et al. (2014), equations 5 to 8.

    Differs from keras.layers.GRU 3.15 in three things, and tests/support/drop_in_suite.py lists every call:

    - what can only be a mistake is refused: `units` of True, `use_bias` and `reset_after` that are neither True nor
      False, a dropout below 0 or above 1, two initial states, a state or a mask of another shape;
    - there is no fused path, so `use_cudnn=True` is refused at once, where Keras raises at the call or falls back;
    - some calls fail or give wrong numbers in Keras: `units` of a type of NumPy; dropout with `implementation=1`, or of
      integers; `unroll` with a mask and `go_backwards` or `zero_output_for_mask`; training a stateful layer on PyTorch.

    Examples
    --------
    >>> tuple(GRU(5, return_sequences=True)(keras.ops.ones((2, 7, 3))).shape)
    (2, 7, 5)
    """

    units = property(attrgetter("cell.units"))
    activation = property(attrgetter("cell.activation"))
    recurrent_activation = property(attrgetter("cell.recurrent_activation"))
    use_bias = property(attrgetter("cell.use_bias"))
    kernel_initializer = property(attrgetter("cell.kernel_initializer"))
    recurrent_initializer = property(attrgetter("cell.recurrent_initializer"))
    bias_initializer = property(attrgetter("cell.bias_initializer"))
    kernel_regularizer = property(attrgetter("cell.kernel_regularizer"))
    recurrent_regularizer = property(attrgetter("cell.recurrent_regularizer"))
    bias_regularizer = property(attrgetter("cell.bias_regularizer"))
    kernel_constraint = property(attrgetter("cell.kernel_constraint"))
    recurrent_constraint = property(attrgetter("cell.recurrent_constraint"))
    bias_constraint = property(attrgetter("cell.bias_constraint"))
    dropout = property(attrgetter("cell.dropout"))
    recurrent_dropout = property(attrgetter("cell.recurrent_dropout"))
    reset_after = property(attrgetter("cell.reset_after"))

    def __init__(
        self,
        units: int,
        activation: Any = "tanh",
        recurrent_activation: Any = "sigmoid",
        use_bias: bool = True,
        kernel_initializer: Any = "glorot_uniform",
        recurrent_initializer: Any = "orthogonal",
        bias_initializer: Any = "zeros",
        kernel_regularizer: Any = None,
        recurrent_regularizer: Any = None,
        bias_regularizer: Any = None,
        activity_regularizer: Any = None,
        kernel_constraint: Any = None,
        recurrent_constraint: Any = None,
        bias_constraint: Any = None,
        dropout: float = 0.0,
        recurrent_dropout: float = 0.0,
        seed: int | None = None,
        return_sequences: bool = False,
        return_state: bool = False,
        go_backwards: bool = False,
        stateful: bool = False,
        unroll: bool = False,
        reset_after: bool = True,
        use_cudnn: bool | str = "auto",
        **kwargs: Any,
    ) -> None:
        if use_cudnn not in ("auto", False):
            raise ValueError(f"use_cudnn is {use_cudnn!r}; expected 'auto' or False: this layer has no fused path")
        cell = GRUCell(
            units,
            activation=activation,
            recurrent_activation=recurrent_activation,
            use_bias=use_bias,
            kernel_initializer=kernel_initializer,
            recurrent_initializer=recurrent_initializer,
            bias_initializer=bias_initializer,
            kernel_regularizer=kernel_regularizer,
            recurrent_regularizer=recurrent_regularizer,
            bias_regularizer=bias_regularizer,
            kernel_constraint=kernel_constraint,
            recurrent_constraint=recurrent_constraint,
            bias_constraint=bias_constraint,
            dropout=dropout,
            recurrent_dropout=recurrent_dropout,
            reset_after=reset_after,
            seed=seed,
            implementation=kwargs.pop("implementation", 2),
            dtype=kwargs.get("dtype"),
            trainable=kwargs.get("trainable", True),
            name="gru_cell",
        )
        super().__init__(
            cell,
            return_sequences=return_sequences,
            return_state=return_state,
            go_backwards=go_backwards,
            stateful=stateful,
            unroll=unroll,
            activity_regularizer=activity_regularizer,
            **kwargs,
        )
        self.input_spec, self.use_cudnn = keras.InputSpec(ndim=3), use_cudnn

    def call(self, sequences: Any, initial_state: Any = None, mask: Any = None, training: bool = False) -> Any:
        """Return the last state (B, n), or every one; inputs of any dtype are cast, as in Keras."""
        if initial_state is not None:
            shapes = [tuple(getattr(state, "shape", ())) for state in tree.flatten(initial_state)]
            if [shape[1:] for shape in shapes] != [(self.units,)]:
                raise ValueError(f"initial_state has shape {shapes}; expected one state of shape (B, {self.units})")
        mask = tree.flatten(mask)[0]  # beside an initial state, Keras hands over a list
        if mask is not None:
            shape, (rows, steps) = tuple(mask.shape), sequences.shape[:2]
            rows_fit = rows is None or shape[0] in (None, 1, rows)  # one row serves all, as in Keras
            if len(shape) < 2 or not rows_fit or (steps is not None and shape[1] not in (None, steps)):
                raise ValueError(f"mask has shape {shape}; expected {(rows, steps)}")
        return super().call(ops.cast(sequences, self.compute_dtype), initial_state, mask, training)

    def inner_loop(self, sequences: Any, initial_state: Any, mask: Any, training: bool = False) -> Any:
        """Walk through time, as `RNN.inner_loop` does, but with two things done once and not at every step.

        The weights are read before the loop, and the detour through `Layer.__call__` is left to RNN. On PyTorch,
        which runs each step eagerly, both tell; the loop is unrolled there for the same reason.
        """
        if self.stateful:
            initial_state = [ops.copy(initial_state[0])]  # PyTorch's variable will change under the backward pass
        tensors = self.cell.tensors()

        def step(x_t: Any, states: Any) -> tuple[Any, list[Any]]:
            h_next = self.cell.step(x_t, states[0], tensors, training)
            return h_next, [h_next]

        errs = mask is not None and (self.go_backwards or self.zero_output_for_mask)  # Keras 3.15's unrolled loop
        return rnn(
            step,
            sequences,
            initial_state,
            mask=mask,
            go_backwards=self.go_backwards,
            unroll=not errs and (self.unroll or keras.backend.backend() == "torch"),
            input_length=sequences.shape[1],
            zero_output_for_mask=self.zero_output_for_mask,
            return_all_outputs=self.return_sequences,
        )

    def get_config(self) -> dict[str, Any]:
        """Return the arguments of the constructor, as Keras's layer does."""
        of_the_cell = self.cell.get_config()
        config = super().get_config() | {name: of_the_cell[name] for name in (*PLAIN, *OBJECTS)}
        config["activity_regularizer"] = regularizers.serialize(self.activity_regularizer)
        del config["cell"]
        return config

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> "GRU":
        """Return the layer that `get_config` described."""
        return cls(**config)
