"""One statement on its way from the notebook into the script."""

from __future__ import annotations

import ast
from dataclasses import dataclass, field

from nbtrail.entities.cell import StatementFacts
from nbtrail.lineage.graph import Node
from nbtrail.lineage.names import StatementNames, names_of

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
    """

    node: Node
    comments: list[str]
    text: str
    facts: StatementFacts
    extra_binds: set[str] = field(default_factory=set)

    @property
    def tree(self) -> ast.stmt:
        """The statement as it stands now (the first, when edits made several of it)."""
        return self.body[0]

    @property
    def body(self) -> list[ast.stmt]:
        """All statements of the text."""
        return ast.parse(self.text).body

    @property
    def names(self) -> StatementNames:
        """Names that the text loads and stores."""
        return names_of(tuple(self.body))

    def copy(self, text: str, *, comments: bool = True) -> Step:
        """Return a step of the same execution with other text."""
        return Step(self.node, self.comments if comments else [], text, self.facts)
