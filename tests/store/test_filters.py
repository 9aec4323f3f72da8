"""The language of filters: what it finds, where its errors point, and that it can't be broken."""

from __future__ import annotations

import contextlib
from collections.abc import Callable

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from nbtrail.entities.cell import CellExecution, CellStatus
from nbtrail.entities.run import Mark, MarkKind, Metric, Param, Run
from nbtrail.exceptions import UsageError
from nbtrail.store import operations as do
from nbtrail.store.grammar import And, Clause, Filter, Not, Or, parse
from nbtrail.store.store import Store

Make = Callable[..., Run]

MODELS = ("rf", "svm", "gb")
MINUTE_MS = 60_000


@pytest.fixture(scope="module")
def trail(tmp_path_factory: pytest.TempPathFactory) -> Store:
    from nbtrail.entities.identity import new_id
    from nbtrail.entities.run import Experiment, RunStatus

    store = Store.open(tmp_path_factory.mktemp("filters") / ".nbtrail", create=True)
    for number in range(9):
        params = [Param("model", repr(MODELS[number % 3]))]
        if number % 2:
            params.append(Param("depth", str(number)))
        auc = number / 10
        run = Run(
            run_id=new_id(),
            name=f"run-{number}",
            experiment=Experiment("filters"),
            status=RunStatus.FAILED if number == 8 else RunStatus.FINISHED,
            started_ms=number * MINUTE_MS,
            ended_ms=number * MINUTE_MS + 1000 * number,
            session_id="s",
            first_cell=number,
            last_cell=number,
            params=tuple(params),
            metrics=() if number == 7 else (Metric("auc", auc, auc, auc),),
            tags={"team": "blue"} if number < 4 else {},
            marks=(Mark(MarkKind.STALE, "old"),) if number in {2, 3} else (),
            note="with a new learning rate" if number == 5 else "",
        )
        store.submit(do.start_run(run))
        code = f"model = {'GridSearchCV' if number == 6 else 'Ridge'}()"
        store.submit(
            do.record_cell(CellExecution("s", number, "", number, code, code, 0, 0, CellStatus.OK))
        )
    assert store.flush(30)
    yield store
    store.close()


def found(store: Store, query: str) -> set[int]:
    return {int(name.rpartition("-")[2]) for name in store.reader.runs(query=query).name}


@pytest.mark.parametrize(
    ("query", "numbers"),
    [
        ("metrics.auc > 0.5 or params.depth = 1", {1, 6, 8}),
        ("metrics.auc > 0.5 or params.depth = 1 and tags.team = red", {6, 8}),
        ("(metrics.auc > 0.5 or params.depth = 1) and params.model = svm", {1}),
        ("not metrics.auc > 0.1", {0, 1, 7}),
        ("not (params.model = rf or params.model = 'svm')", {2, 5, 8}),
        ("params.model in ('rf', \"svm\") and metrics.auc <= .3", {0, 1, 3}),
        ("params.depth in (3, 5.0)", {3, 5}),
        ("params.model not in (rf, svm)", {2, 5, 8}),
        ("metrics.auc in (0.2, 0.4)", {2, 4}),
        ("metrics.auc is null", {7}),
        ("metrics.auc IS NOT NULL and params.depth is null", {0, 2, 4, 6, 8}),
        ("tags.team is null and status = failed", {8}),
        ("tags.team = blue and name in (run-1, run-6)", {1}),
        ("name ~ '[25]$'", {2, 5}),
        ("name !~ 'run-[0-6]'", {7, 8}),
        ("params.model ~ '^s|^g'", {1, 2, 4, 5, 7, 8}),
        ("params.model rlike 'F$'", {0, 3, 6}),
        ("name ilike 'RUN-1'", {1}),
        ("mark in (stale, sampled)", {2, 3}),
        ("mark = none and metrics.auc < 0.2", {0, 1}),
        ("mark = stale or mark = none", set(range(9))),
        ("code ~ 'GridSearchCV|Lasso'", {6}),
        ("code = GridSearch", {6}),
        ("not code = Ridge", {6}),
        ('text = "learning rate"', {5}),
        ("text = gridsearchcv", {6}),
        ("text != ridge", {6}),
        ("note like '%new%'", {5}),
        ("note is null and metrics.auc >= 0.4", {4, 6, 8}),
        ("duration > 6", {7, 8}),
        ("started >= 1970-01-01T00:07+00:00", {7, 8}),
        ("started < 120000", {0, 1}),
        ("attributes.status = 'FAILED'", {8}),
        ("attribute.run_name = run-3 or attr.start_time = 0", {0, 3}),
        ("metric.auc = 0.3 or parameter.depth = 5 or tag.team = green", {3, 5}),
        ("learning or metrics.auc = 0.1", {1, 5}),
        ("blue (rf)", {0, 3}),
        ("((metrics.auc>0.5))and(params.model<>'rf')", {8}),
    ],
)
def test_what_is_found(trail: Store, query: str, numbers: set[int]) -> None:
    assert found(trail, query) == numbers


@pytest.mark.parametrize(
    ("query", "at", "text"),
    [
        ("metrics.auc > 0.5 oder name = x", 19, "'oder' does not belong here"),
        ("auc > 0.5", 1, "Did you mean metrics.auc or params.auc?"),
        ("metrics.auc > high", 15, "compared with a number, not 'high'"),
        ("(metrics.auc > 1", 17, "closing parenthesis"),
        ("params.model in rf", 17, "stand in parentheses"),
        ("params.model in (rf svm)", 21, "separated by commas"),
        ("params.model is missing", 17, "null or not null"),
        ("name = 'x", 8, "never closed"),
        ("name ~ '['", 8, "no regular expression"),
        ("started > yesterday", 11, "2026-11-21"),
        ("metrics.auc ~ '1'", 1, "no text matches"),
        ("mark = dusty", 8, "dirty-tree"),
        ("name = and", 8, "'and' is not a value"),
        ("metrics. = 3", 10, "'=' is not a key"),
    ],
)
def test_errors_point_at_the_character(trail: Store, query: str, at: int, text: str) -> None:
    with pytest.raises(UsageError) as caught:
        trail.reader.runs(query=query)
    told = str(caught.value)
    assert text in told
    assert f"at character {at}:" in told
    shown, arrow = told.splitlines()[1:3]
    assert arrow.index("^") == shown.index(query) + at - 1


def clauses() -> st.SearchStrategy[tuple[str, Callable[[int], bool]]]:
    """Clauses, each with what it means for the run of a number."""
    bounds = st.integers(0, 9).map(lambda n: n / 10)
    return st.one_of(
        bounds.map(lambda b: (f"metrics.auc > {b}", lambda n: n != 7 and n / 10 > b)),
        bounds.map(lambda b: (f"metrics.auc <= {b}", lambda n: n != 7 and n / 10 <= b)),
        st.sampled_from(MODELS).map(
            lambda m: (f"params.model = {m!r}", lambda n: MODELS[n % 3] == m)
        ),
        st.lists(st.integers(0, 9), min_size=1, max_size=4).map(
            lambda ns: (
                f"params.depth in ({', '.join(map(str, ns))})",
                lambda n: bool(n % 2) and n in ns,
            )
        ),
        st.just(("mark = stale", lambda n: n in {2, 3})),
        st.just(("tags.team is null", lambda n: n >= 4)),
        st.just(("code = GridSearchCV", lambda n: n == 6)),
    )


def filters() -> st.SearchStrategy[tuple[str, Callable[[int], bool]]]:
    def combined(inner):
        pairs = st.tuples(inner, inner)
        return st.one_of(
            inner.map(lambda f: (f"not ({f[0]})", lambda n: not f[1](n))),
            pairs.map(lambda p: (f"({p[0][0]}) and {p[1][0]}", None))
            .flatmap(lambda _: pairs)
            .map(lambda p: (f"({p[0][0]}) and ({p[1][0]})", lambda n: p[0][1](n) and p[1][1](n))),
            pairs.map(
                lambda p: (f"({p[0][0]}) or ({p[1][0]})", lambda n: p[0][1](n) or p[1][1](n))
            ),
        )

    return st.recursive(clauses(), combined, max_leaves=8)


@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(filters())
def test_any_combination_means_what_it_says(trail: Store, filtered) -> None:
    query, holds = filtered
    assert found(trail, query) == {n for n in range(9) if holds(n)}


@settings(max_examples=300, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.one_of(
        st.text(max_size=60),
        st.lists(
            st.sampled_from(
                ["metrics.auc", "params.m", "name", ">", "=", "~", "in", "(", ")", ",", "and", "or",
                 "not", "is", "null", "'x'", '"', "'; DROP TABLE runs; --", "0.5", "like", "\\", "%"]
            ),
            max_size=12,
        ).map(" ".join),
    )
)  # fmt: skip
def test_whatever_is_typed_is_understood_or_explained(trail: Store, query: str) -> None:
    with contextlib.suppress(UsageError):
        trail.reader.runs(query=query)
    assert trail.reader.runs().total == 9


def test_and_binds_closer_than_or() -> None:
    def name(tree: Filter) -> object:
        if isinstance(tree, Clause):
            return tree.key
        if isinstance(tree, Not):
            return ("not", name(tree.part))
        kind = "and" if isinstance(tree, And) else "or"
        return (kind, *map(name, tree.parts))

    tree = parse("a = 1 or b = 2 and not c = 3 or d = 4")
    assert isinstance(tree, Or)
    assert name(tree) == ("or", "a", ("and", "b", ("not", "c")), "d")
