"""A mutant as a layer of Keras."""

from typing import Any

from gru_lib.conformance.mutants import Mutant
from gru_lib.conformance.mutants.arguments import SequenceInput, WeightArrays
from gru_lib.conformance.mutants.forward import GRUVariant


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

    variant = GRUVariant(**mutant.forward)

    class GRU(keras.layers.GRU):
        def call(self, sequences: Any, initial_state: Any = None, mask: Any = None, training: bool = False) -> Any:
            self.starts_at_zero = initial_state is None and not self.stateful
            return super().call(sequences, initial_state=initial_state, mask=mask, training=training)

        def inner_loop(self, sequences: Any, initial_state: Any, mask: Any, training: bool = False) -> Any:  # noqa: ARG002
            h, mask = (value[0] if isinstance(value, list | tuple) else value for value in (initial_state, mask))
            if not hasattr(self, "hidden"):
                self.hidden = _Hidden()
            start = None if self.starts_at_zero else h
            inputs = SequenceInput(sequences, start, mask, self.go_backwards, self.hidden.memory)
            states, last = variant.run(ops, _arrays_of_cell(self.cell), inputs, self.cell.reset_after)
            if self.zero_output_for_mask and mask is not None:
                valid = ops.flip(mask, axis=1) if self.go_backwards else mask
                states = ops.where(valid[:, :, None], states, 0)
            return last, states, [last]

    return keras.saving.register_keras_serializable(package=f"gru-mutant-{mutant.id}")(GRU)


def _arrays_of_cell(cell: Any) -> WeightArrays:
    from keras import ops

    kernel, recurrent = ops.convert_to_tensor(cell.kernel), ops.convert_to_tensor(cell.recurrent_kernel)
    b = c = ops.zeros_like(kernel[0])
    if cell.use_bias:
        bias = ops.convert_to_tensor(cell.bias)
        b, c = (bias[0], bias[1]) if cell.reset_after else (bias, c)
    return WeightArrays(kernel, recurrent, b, c)
