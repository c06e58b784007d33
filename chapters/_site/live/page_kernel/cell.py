"""The cells of a page: what one needs of those above runs first, unseen, and then its own statements."""

from __future__ import annotations

import ast
from collections.abc import Iterable
from dataclasses import dataclass
from types import CodeType

from page_kernel import figures, packages
from page_kernel.errors import describe
from page_kernel.order import Page, State, due
from page_kernel.outputs import Output, Outputs, Send, display
from page_kernel.reading import Cells, name_of, read
from page_kernel.statements import Statement


@dataclass(frozen=True)
class Work:
    """A statement that has to run, and the state of the names that it leaves; the value of the last one is shown."""

    number: int
    statement: Statement
    after: State
    shown: bool


class Session:
    """The Python of one page: the names of its cells, and how each came to its value."""

    def __init__(self, fetch: packages.Fetch) -> None:
        self._fetch = fetch
        self._names: dict[str, object] = {"__name__": "__main__"}
        self._state: State = {}

    async def run(self, cells: Cells, send: Send) -> bool:
        """Run the last of some cells, send its outputs, and say whether it ended without an error.

        Parameters
        ----------
        cells : list of (int, str, bool)
            All cells of the page down to the one that is asked for.
        send : callable
            Takes each output, a dict as in a notebook, as it comes; and of the cells above how far they are,
            ``{"above": number, "done": 3, "of": 5}``, or the error of one, with its number under ``"cell"``;
            ``{"begins": number}`` when these have run.
        """
        asked = cells[-1][0]
        work = self._plan(cells)
        above = [one for one in work if one.number != asked]
        for done, one in enumerate(above, start=1):
            send({"above": one.number, "done": done, "of": len(above)})
            if error := await self._run([one], Outputs(lambda _: None)):
                send({**error, "cell": one.number})
                return False
        send({"begins": asked})
        figures.close()
        outputs = Outputs(send)
        error = await self._run((one for one in work if one.number == asked), outputs)
        figures.show(outputs.send)
        outputs.flush()
        if error:
            send(error)
        return not error

    def _plan(self, cells: Cells) -> list[Work]:
        """Return what has to run: of the cell that is asked for all, and of those above what it needs."""
        asked, code, _ = cells[-1]
        listed = [
            (number, one)
            for number, source, lacks in cells
            for one in read(number, source)
            if one.stands_alone or not lacks
        ]
        page = Page()
        for _, one in listed:
            page.take(one)
        first = sum(number != asked for number, _ in listed)
        last = -1 if code.rstrip().endswith(";") else len(listed) - 1
        places = due(page.steps, first, self._state)
        return [Work(*listed[place], page.steps[place].after, place == last) for place in places]

    async def _run(self, work: Iterable[Work], outputs: Outputs) -> Output | None:
        """Run statements until one fails, and return its error."""
        figures.into(outputs.send)
        with outputs.taken():
            for one in work:
                try:
                    await self._execute(one, outputs)
                except BaseException as error:
                    for name in one.after:
                        self._state.pop(name, None)  # nobody knows how far it came
                    return {"output_type": "error", **describe(error, name_of(one.number))}
                self._state |= one.after
        return None

    async def _execute(self, work: Work, outputs: Outputs) -> None:
        tree, name = work.statement.tree, name_of(work.number)
        await packages.bring(tree, self._fetch)
        if isinstance(tree, ast.Import | ast.ImportFrom):
            packages.bind(tree, self._names, name, outputs.send)
        elif isinstance(tree, ast.Expr) and work.shown:
            value = eval(_compiled(ast.Expression(tree.value), name), self._names)
            if value is not None:
                outputs.send(display(value, "execute_result"))
        else:
            exec(_compiled(ast.Module([tree], []), name), self._names)


def _compiled(tree: ast.Module | ast.Expression, name: str) -> CodeType:
    return compile(tree, name, "eval" if isinstance(tree, ast.Expression) else "exec", dont_inherit=True)
