"""Export the trained networks that the site's interactive figures run: `make models`.

Each comes from its chapter: the notebook's cells are executed, and what they have trained is packed into a script
(a page that is opened from a folder may load scripts and nothing else). MNIST takes about 3 minutes, IMDB 6, letters 1.
The parameters of an exporter are names that its notebook defines; a test holds the two together.

python -m tools.export_models [mnist] [imdb] [train_it_yourself]
"""

import base64
import inspect
import json
import os
import sys
from collections import Counter
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gru_lib.porting.edge import quantise
from tools import ROOT
from tools.notebooks import notebooks
from tools.notebooks.run import cells, run_cells

MODELS = ROOT / "chapters" / "_site" / "static" / "elements" / "models"
WRONG = 4  # samples that the network reads wrongly
MNIST = """\
// Digits of MNIST, copyright Yann LeCun and Corinna Cortes, under CC BY-SA 3.0:
// https://creativecommons.org/licenses/by-sa/3.0/
"""


def text(array: NDArray) -> str:
    """Return the bytes of an array, little-endian, as base64."""
    return base64.b64encode(array.astype(array.dtype.newbyteorder("<")).tobytes()).decode()


def fold(kernel: NDArray, bias: NDArray, normalisation: tuple[NDArray, ...], epsilon: float) -> tuple[NDArray, NDArray]:
    """Return kernel and bias of a dense layer that do the batch normalisation before it too.

    normalisation: gamma, beta, mean and variance, as Keras stores them.
    """
    gamma, beta, mean, variance = normalisation
    factor = gamma / np.sqrt(variance + epsilon)
    return factor[:, None] * kernel, bias + (beta - mean * factor) @ kernel


def packed(matrix: NDArray) -> tuple[dict[str, str], NDArray]:
    """Return a matrix as whole numbers of eight bits with a factor for each column, and the matrix they stand for."""
    whole, factors = quantise(matrix)
    return {"factors": text(factors), "numbers": text(whole)}, whole * factors


def write(name: str, content: Any, notice: str = "") -> None:
    """Write one script that adds `content` to book.models; a notice stands above it."""
    MODELS.mkdir(exist_ok=True)
    path = MODELS / f"{name}.js"
    numbers = json.dumps(content, separators=(",", ":"), ensure_ascii=False)
    path.write_text(f"{notice}book.models.{name} = {numbers};\n", encoding="utf-8")
    print(f"✓ {path.relative_to(ROOT)}: {path.stat().st_size / 1000:.1f} kB", flush=True)


def digits(models: dict[str, Any], x_test: NDArray, y_test: NDArray) -> None:
    """Pack the GRU(64) that Adam trained, and digits of the test part: one of each kind, and some it misreads."""
    model, images, truth = models["adam"], x_test, y_test
    gru, normalisation, dense = model.layers
    head = fold(*dense.get_weights(), normalisation.get_weights(), normalisation.epsilon)
    numbers = np.concatenate([array.ravel() for array in (*gru.get_weights(), *head)]).astype("float32")
    write("mnist", {"units": gru.units, "features": 28, "numbers": text(numbers)})

    read = model.predict(images, verbose=0).argmax(axis=1)
    right = [np.flatnonzero((read == truth) & (truth == digit))[0] for digit in range(10)]
    _, first = np.unique(truth[read != truth], return_index=True)  # of different digits
    wrong = np.flatnonzero(read != truth)[np.sort(first)][:WRONG]
    pixels = np.round(255 * images).astype("uint8")
    samples = [{"truth": int(truth[k]), "read": int(read[k]), "image": text(pixels[k])} for k in (*right, *wrong)]
    write("digits", samples, MNIST)
    print(f"  right on the test part: {np.mean(read == truth):.4f}")


def reviews(
    reviews: Any,
    x_held_out: NDArray,
    trained: Callable[[str, int], tuple[Any, float]],
    limited: Callable[[NDArray, int], NDArray],
    probability: Callable[[Any, NDArray], NDArray],
    accuracy_of: Callable[[NDArray], float],
) -> None:
    """Train three GRUs for 3,000 words, pack the best as validation judges, and measure what eight bits cost."""
    found = [trained("3,000 words", seed) for seed in range(3)]
    seed = int(np.argmax([accuracy for _, accuracy in found]))
    model = found[seed][0]
    *large, bias, dense_kernel, dense_bias = model.get_weights()
    parts, unpacked = zip(*map(packed, large), strict=True)

    words, accuracy = len(large[0]), {}
    for name, weights in (("before", large), ("packed", unpacked)):
        model.set_weights([*weights, bias, dense_kernel, dense_bias])
        accuracy[name] = round(float(accuracy_of(probability(model, limited(x_held_out, words)))), 5)
    content = {
        **dict(zip(("table", "kernel", "recurrentKernel"), parts, strict=True)),
        **{"bias": text(bias), "denseKernel": text(dense_kernel), "denseBias": text(dense_bias)},
        "words": reviews.decode(range(4, words)),
        "accuracy": {"reviews": len(x_held_out)} | accuracy,
    }
    write("reviews", content)
    print(f"  seed {seed}; right on the test half: {content['accuracy']}")


def bag(
    bag_of_words: Callable[[NDArray, int], Any],
    limited: Callable[[NDArray, int], NDArray],
    x: NDArray,
    y_train: NDArray,
    fit: NDArray,
    validation: NDArray,
    x_held_out: NDArray,
    accuracy_of: Callable[[NDArray], float],
    words: int = 3000,
) -> None:
    """Fit the chapter's bag of words for as many words as the GRU knows, and pack its two numbers for each word."""
    from sklearn.feature_extraction.text import TfidfTransformer
    from sklearn.linear_model import LogisticRegression

    counts, test_counts = (bag_of_words(limited(a, words), words) for a in (x, x_held_out))
    rarity = TfidfTransformer().fit(counts[fit])
    seen = rarity.transform(counts)
    models = [LogisticRegression(C=C, max_iter=300).fit(seen[fit], y_train[fit]) for C in (0.3, 1, 3)]
    best = max(models, key=lambda model: model.score(seen[validation], y_train[validation]))
    parts, unpacked = zip(*(packed(column[:, None]) for column in (rarity.idf_, best.coef_[0])), strict=True)

    rarity.idf_, best.coef_ = unpacked[0][:, 0].astype(float), unpacked[1].T.astype(float)
    right = float(accuracy_of(best.predict_proba(rarity.transform(test_counts))[:, 1]))
    content = dict(zip(("rarity", "weights"), parts, strict=True)) | {"bias": float(best.intercept_[0])}
    write("bag", content | {"accuracy": round(right, 5)})


def letters(
    gru: Any,
    W: NDArray,
    b: NDArray,
    letters: list[str],
    tables: list[dict[str, Counter[str]]],
    counting: dict[int, float],
    validation_bits: Callable[[Any, NDArray, NDArray], float],
    longest: int = 3,
) -> None:
    """Pack the GRU that writes, and the counts of letters after as many letters as it is worth."""
    (kernel, recurrent, bias), before = gru.arrays(), float(validation_bits(gru, W, b))
    parts, (kernel, recurrent, W) = zip(*map(packed, (kernel, recurrent, W)), strict=True)
    bits = {"before": before, "packed": float(validation_bits(type(gru)(kernel, recurrent, bias), W, b))}
    content = {
        **dict(zip(("kernel", "recurrentKernel", "denseKernel"), parts, strict=True)),
        **{"bias": text(bias), "denseBias": text(b), "letters": "".join(letters)},
        "counts": base64.b64encode(counted(tables[longest], letters)).decode(),
        "counted": sum(followers.total() for followers in tables[longest].values()),
        "bits": {name: round(value, 4) for name, value in bits.items()}
        | {"counting": [round(float(counting[k]), 4) for k in range(longest + 1)]},
    }
    write("letters", content)
    print(f"  bits per letter: {content['bits']}")


def counted(table: dict[str, Counter[str]], letters: list[str]) -> bytes:
    """Return a table of counts as bytes: for each context in order what follows it, and how often.

    A context is a number to the base of the letters, written as its distance from the last; then come the number of
    different followers, and of each its place among the letters and its count. Numbers have seven bits a byte, the
    eighth says that more follow.
    """
    place = {letter: i for i, letter in enumerate(letters)}
    number = {sum(place[c] * len(letters) ** i for i, c in enumerate(reversed(key))): key for key in table}
    found, last = bytearray(), 0
    for at in sorted(number):
        followers = table[number[at]]
        values = [at - last, len(followers)]
        for letter, count in sorted(followers.items()):
            values += place[letter], count
        found += b"".join(map(varint, values))
        last = at
    return bytes(found)


def varint(value: int) -> bytes:
    """Return a whole number from 0 in bytes of seven bits, the lowest first.

    >>> varint(300).hex()
    'ac02'
    """
    head = bytearray()
    while value > 127:
        head.append(value & 127 | 128)
        value >>= 7
    return bytes([*head, value])


EXPORTS: dict[str, tuple[Callable[..., None], ...]] = {
    "mnist": (digits,),
    "imdb": (reviews, bag),
    "train_it_yourself": (letters,),
}


def needs(export: Callable[..., None]) -> list[str]:
    """Return the names that an exporter takes from its notebook."""
    return [name for name, one in inspect.signature(export).parameters.items() if one.default is one.empty]


def main(names: list[str]) -> int:
    """Run the chapters and export; return the exit status."""
    if unknown := set(names) - set(EXPORTS):
        print(f"✗ no network comes from {', '.join(sorted(unknown))}; choose among {', '.join(EXPORTS)}")
        return 2
    for path in notebooks():
        if path.stem not in (names or EXPORTS):
            continue
        print(f"Running {path.stem} …", flush=True)
        os.chdir(path.parent)
        chapter: dict[str, Any] = {}
        unmet, finished = run_cells(cells(path), chapter)
        if unmet or not finished:
            print(f"✗ {path.stem} did not run as published; nothing of it is exported")
            return 1
        for export in EXPORTS[path.stem]:
            export(**{name: chapter[name] for name in needs(export)})
    return 0


if __name__ == "__main__":
    os.environ.setdefault("MPLBACKEND", "Agg")
    os.environ.setdefault("CUDA_VISIBLE_DEVICES", "-1")
    sys.exit(main(sys.argv[1:]))
