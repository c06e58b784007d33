"""A mutant as a layer of Keras."""

from typing import Any

from gru_lib.conformance.mutants import Mutant
from gru_lib.conformance.mutants.walks import turn_states
from gru_lib.conformance.recipe import Arrays, Sequence


class _Memory(dict):
    """What a mistake remembers from call to call: values of TensorFlow, no symbols of a graph that is traced."""

    def __setitem__(self, key: str, value: Any) -> None:
        if hasattr(value, "numpy"):
            super().__setitem__(key, value)


class _Hidden:
    """Keeps a dict away from Keras, which would replace it by one that saves its content with the layer."""

    def __init__(self) -> None:
        self.memory = _Memory()


def keras_layer(mutant: Mutant) -> type:
    """Return Keras's GRU layer with the mistake in its loop over time."""
    import keras
    from keras import ops

    class GRU(keras.layers.GRU):
        def call(self, sequences: Any, initial_state: Any = None, mask: Any = None, training: bool = False) -> Any:
            self.starts_at_zero = initial_state is None and not self.stateful
            return super().call(sequences, initial_state=initial_state, mask=mask, training=training)

        def inner_loop(self, sequences: Any, initial_state: Any, mask: Any, training: bool = False) -> Any:  # noqa: ARG002
            h, mask = (value[0] if isinstance(value, list | tuple) else value for value in (initial_state, mask))
            if not hasattr(self, "hidden"):
                self.hidden = _Hidden()
            start = None if self.starts_at_zero else h
            sequence = Sequence(sequences, start, mask, self.go_backwards, self.hidden.memory)
            states = mutant.recipe.run(ops, _arrays_of_cell(self.cell), sequence, self.cell.reset_after)
            # a layer takes its last output from the walk, not from the list that it returns
            turned = self.go_backwards and mutant.recipe.outputs is turn_states
            last = states[:, 0] if turned else states[:, -1]
            if self.zero_output_for_mask and mask is not None:
                real = ops.flip(mask, axis=1) if self.go_backwards else mask
                states = ops.where(real[:, :, None], states, 0)
            return last, states, [last]

    return keras.saving.register_keras_serializable(package=f"gru-mutant-{mutant.id}")(GRU)


def _arrays_of_cell(cell: Any) -> Arrays:
    from keras import ops

    kernel, recurrent = ops.convert_to_tensor(cell.kernel), ops.convert_to_tensor(cell.recurrent_kernel)
    b = c = ops.zeros_like(kernel[0])
    if cell.use_bias:
        bias = ops.convert_to_tensor(cell.bias)
        b, c = (bias[0], bias[1]) if cell.reset_after else (bias, c)
    return Arrays(kernel, recurrent, b, c)
