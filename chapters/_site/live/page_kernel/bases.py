"""What each cell of a page rests on, as one number: it is another when a cell above it that it needs has changed."""

from __future__ import annotations

from collections import defaultdict

from page_kernel.order import Page
from page_kernel.reading import Cells, read


def bases(cells: Cells) -> dict[int, str]:
    """Return for each cell what the statements above it have left of the names that it needs.

    As text, since a page's numbers are shorter; comparable as long as Python runs.
    """
    page, numbers, found = Page(), [], defaultdict(set)
    for number, source, lacks in cells:
        for one in read(number, source):
            if lacks and not one.stands_alone:
                continue
            page.take(one)
            numbers.append(number)
            step = page.steps[-1]
            found[number] |= {item for item in step.before.items() if numbers[step.makers[item[0]]] != number}
    return {number: str(hash(frozenset(items))) for number, items in found.items()}
