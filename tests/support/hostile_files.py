"""Small files that ask for much, or contradict themselves; run as a program, it reads every one by the command."""

import contextlib
import io
import json
import os
import resource
import sys
import zipfile
from itertools import pairwise
from pathlib import Path

import numpy as np

from gru_lib.porting.__main__ import main
from gru_lib.porting.files import save
from tests.support.porting_cases import M, N, draw, stack_of

ARRAYS = dict(zip(("kernel", "recurrent_kernel", "bias"), draw()[0][0].arrays(), strict=True))


def npy(value):
    memory = io.BytesIO()
    np.save(memory, value)
    return memory.getvalue()


def claiming(shape, dtype="<f4"):
    """The header of an array that is not there."""
    memory = io.BytesIO()
    np.lib.format.write_array_header_1_0(memory, {"descr": dtype, "fortran_order": False, "shape": shape})
    return memory.getvalue()


def archive(**changes):
    entries = {name: npy(value) for name, value in ({"convention": "keras", "reset_after": True} | ARRAYS).items()}
    memory = io.BytesIO()
    with zipfile.ZipFile(memory, "w", zipfile.ZIP_DEFLATED) as file:
        for name, content in (entries | changes).items():
            file.writestr(f"{name}.npy", content)
    return memory.getvalue()


def of_torch(make):
    def content():
        import torch

        state = {"weight_ih_l0": torch.zeros(3 * N, M), "weight_hh_l0": torch.zeros(3 * N, N)}
        memory = io.BytesIO()
        torch.save(make(torch, state), memory)
        return memory.getvalue()

    return content


def nested(levels, shared=False):
    def make(torch, _state):
        content = {"a": torch.zeros(1)}
        for _ in range(levels):
            content = {"a": content, "b": content} if shared else {"a": content}
        return content

    return make


def program():
    import torch

    memory = io.BytesIO()
    torch.jit.save(torch.jit.script(torch.nn.Identity()), memory)
    return memory.getvalue()


def cyclic(_torch, _state):
    content = {}
    content["a"] = content
    return content


def of_onnx(first=(), start="", weights="W", spoil=None):
    """A model of one GRU, behind other operators."""

    def content():
        import onnx
        from onnx import TensorProto, helper, numpy_helper

        gru = draw(dtype=np.float32)[0][0]
        stored = {"W": gru.kernel.T[None], "R": gru.recurrent_kernel.T[None], "B": gru.bias.reshape(1, -1)}
        nodes = [helper.make_node(kind, inputs, [output], **more) for kind, inputs, output, more in first]
        nodes.append(helper.make_node("GRU", ["X", weights, "R", "B", "", start], ["Y"], linear_before_reset=1))
        ends = [[helper.make_tensor_value_info(name, TensorProto.FLOAT, shape)] for name, shape in ENDS.items()]
        tensors = [numpy_helper.from_array(np.ascontiguousarray(array), name) for name, array in stored.items()]
        model = helper.make_model(
            helper.make_graph(nodes, "g", *ends, tensors), opset_imports=[helper.make_opsetid("", 14)], ir_version=8
        )
        if spoil:
            spoil(onnx, model)
        return model.SerializeToString()

    return content


ENDS = {"X": ["T", "B", M], "Y": ["T", 1, "B", N]}


def chain(kind, count, begin, inputs=1, **more):
    names = [begin, *(f"i{index}" for index in range(count))]
    return [(kind, [before] * inputs, after, more) for before, after in pairwise(names)]


def without_attribute(_onnx, model):
    del model.graph.node[0].attribute[:]


def external(location):
    def spoil(onnx, model):
        tensor = model.graph.initializer[0]
        onnx.external_data_helper.set_external_data(tensor, location)
        tensor.ClearField("raw_data")

    return spoil


def no_text(onnx, model):
    model.graph.node[0].attribute.append(onnx.helper.make_attribute("direction", b"\xff"))


def of_shape(*shape):
    def spoil(_onnx, model):
        model.graph.initializer[0].dims[:] = shape

    return spoil


FILES = {  # name: content, and what is said of it; None: it is read
    "garbage.npz": (lambda: archive(kernel=b"garbage"), "magic string"),
    "terabytes.npz": (
        lambda: archive(kernel=claiming((10**12, 10**6))),
        "kernel.npy is no plain array: it claims the shape (1000000000000, 1000000) of float32",
    ),
    "gigabytes.npz": (
        lambda: archive(kernel=claiming((10**5, 10**5))),
        "kernel.npy is no plain array: it claims the shape (100000, 100000) of float32",
    ),
    "no-size.npz": (
        lambda: archive(names=claiming((10**12,), "<U0")),
        "names.npy is no plain array: it claims the shape (1000000000000,) of <U0",
    ),
    "bomb.npz": (
        lambda: archive(kernel=bytes(100 << 20)),
        "5 files of 104,858,973 bytes; expected 100,000 files of 67,108,864 bytes at most",
    ),
    "layer.npz": (
        lambda: archive(**{f"layer99999999.{name}": npy(array) for name, array in ARRAYS.items()}),
        "expected a forward GRU in each layer from 0 on",
    ),
    "list.npz": (lambda: archive(convention=npy(["keras", "keras"])), "convention ['keras', 'keras']"),
    "empty.npz": (lambda: b"", "no zip archive"),
    "byte.npz": (lambda: b"\x80", "no zip archive"),
    "single.npz": (lambda: npy(np.eye(3)), "no zip archive"),
    "expanded.pt": (
        of_torch(lambda torch, state: state | {"weight_hh_l0": torch.zeros(1).expand(180_000, 60_000)}),
        "weight_hh_l0 claims 43,200,000,000 bytes",
    ),
    "meta.pt": (
        of_torch(lambda torch, state: state | {"weight_hh_l0": torch.zeros(15, 5, device="meta")}),
        "weight_hh_l0 is no array",
    ),
    "sparse.pt": (
        of_torch(lambda _, state: state | {"weight_hh_l0": state["weight_hh_l0"].to_sparse()}),
        "weight_hh_l0 is no array",
    ),
    "layer.pt": (
        of_torch(lambda torch, state: state | {"weight_hh_l999999999": torch.zeros(15, 5)}),
        "lacks ['weight_ih_l1', 'weight_hh_l1'] and has unexpected ['weight_hh_l999999999']",
    ),
    "shared.pt": (of_torch(nested(25, shared=True)), "more than 100,000 entries"),
    "deep.pt": (of_torch(nested(200)), "nest deeper than 50"),
    "cyclic.pt": (of_torch(cyclic), "nest deeper than 50"),
    "module.pt": (
        of_torch(lambda torch, _: torch.nn.Linear(2, 3)),
        "it holds a torch.nn.modules.linear.Linear; expected",
    ),
    "program.pt": (program, "it holds a program"),
    "empty.pt": (lambda: b"", "damaged, or no file of plain tensors"),
    "text.pt": (lambda: b"no pickle", "damaged, or no file of plain tensors"),
    "attribute.onnx": (
        of_onnx([("Constant", [], "V", {"value_float": 1.0})], weights="V", spoil=without_attribute),
        "W of GRU '' is no stored array",
    ),
    "number.onnx": (
        of_onnx([("Constant", [], "V", {"value_float": 1.0})], weights="V"),
        "W of GRU '' is no stored array",
    ),
    "identities.onnx": (of_onnx(chain("Identity", 3000, "W"), weights="i2999"), None),
    "doubling.onnx": (of_onnx(chain("Concat", 60, "X", inputs=2, axis=0), start="i59"), None),
    "moves.onnx": (
        of_onnx(chain("Transpose", 3000, "W", perm=[0, 1, 2]), weights="i2999"),
        "W of GRU '' is no stored array",
    ),
    "shape.onnx": (of_onnx(spoil=of_shape(1, 15, 10**12)), "damaged"),
    "elsewhere.onnx": (of_onnx(spoil=external("/dev/zero")), "no regular file"),
    "text.onnx": (of_onnx(spoil=no_text), "direction"),
}
SPECIAL = [f"{kind}{suffix}" for kind in ("pipe", "device") for suffix in (".npz", ".pt", ".onnx", ".keras")]
EXPECTED = {name: said for name, (_, said) in FILES.items()} | dict.fromkeys(SPECIAL, "no regular file")


def read(path):
    """Run the command; return its exit status and what it complained about."""
    complaint = io.StringIO()
    with contextlib.redirect_stderr(complaint), contextlib.redirect_stdout(io.StringIO()):
        status = main([str(path), "--to", "scratch", "-o", str(path.with_name("out.npz")), "--force"])
    return status, complaint.getvalue()


def run(folder):
    """Write and read every file; print what came of it as JSON, and by how many bytes memory has grown."""
    for suffix, convention in ((".npz", "keras"), (".pt", "pytorch"), (".onnx", "onnx")):
        save(folder / f"good{suffix}", stack_of(draw()), convention)
        assert read(folder / f"good{suffix}") == (0, "")
    for name, (content, _) in FILES.items():
        (folder / name).write_bytes(content())
    for suffix in (".npz", ".pt", ".onnx", ".keras"):
        os.mkfifo(folder / f"pipe{suffix}")
        (folder / f"device{suffix}").symlink_to("/dev/zero")
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    found = {name: read(folder / name) for name in EXPECTED}
    grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
    print(json.dumps({"found": found, "grown": grown if sys.platform == "darwin" else 1024 * grown}))


if __name__ == "__main__":
    run(Path(sys.argv[1]))
