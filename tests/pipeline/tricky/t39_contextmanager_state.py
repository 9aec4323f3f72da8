# title: a context manager restores part of the state
# metrics: m
# %% a need
import contextlib
state = {"k": 1, "seen": 0}
@contextlib.contextmanager
def using(k):
    old = state["k"]
    state["k"] = k
    state["seen"] += 1
    try:
        yield state
    finally:
        state["k"] = old
# %% b need
with using(7) as s:
    a = s["k"] * 2
# %% c drop
note = f"{a}"
# %% d need
m = float(a + state["k"] + state["seen"])
