"""One statement on its way from the notebook into the script."""

from __future__ import annotations

import ast
from dataclasses import dataclass, field

from nbtrail.entities.cell import StatementFacts
from nbtrail.lineage.graph import Node
from nbtrail.lineage.hidden import names_in_text
from nbtrail.lineage.names import StatementNames, names_of
from nbtrail.pipeline.text import cut

__all__ = ["Step"]


@dataclass(slots=True)
class Step:
    """A statement that the script needs.

    Attributes
    ----------
    node : Node
        Where it was executed.
    comments : list of str
        Comment lines above it.
    text : str
        Its source, as edited so far.
    facts : StatementFacts
        What its execution did.
    partial : bool
        The text is only a part of the statement that the facts tell of.
    """

    node: Node
    comments: list[str]
    text: str
    facts: StatementFacts
    partial: bool = False
    _parsed: tuple[str, list[ast.stmt], StatementNames] | None = field(
        default=None, repr=False, compare=False
    )

    @property
    def tree(self) -> ast.stmt:
        """The statement as it stands now (the first, when edits made several of it)."""
        return self.body[0]

    @property
    def body(self) -> list[ast.stmt]:
        """All statements of the text."""
        return self._parse()[1]

    @property
    def names(self) -> StatementNames:
        """Names that the text loads and stores."""
        return self._parse()[2]

    def _parse(self) -> tuple[str, list[ast.stmt], StatementNames]:
        if self._parsed is None or self._parsed[0] != self.text:
            body = ast.parse(self.text).body
            names = names_of(tuple(body))
            # df.query("x > @limit") and SQL look names up
            inner = {n for text in names.texts for n in names_in_text(text, names.loads)}
            names.loads |= inner & set(self.facts.reads)
            self._parsed = (self.text, body, names)
        return self._parsed

    def parts(self) -> list[Step]:
        """Return one step for each statement of the text."""
        if len(self.body) == 1:
            return [self]
        found = [
            Step(self.node, above, text, self.facts, partial=True) for above, text in cut(self.text)
        ]
        found[0].comments = self.comments + found[0].comments
        return found
