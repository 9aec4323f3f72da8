# title: exec into a namespace of its own
# metrics: m
# %% a need
ns = {"k": 3}
# %% b need
exec("def f(x): return x * k", ns)
# %% c need
ns["k"] = 8
# %% d drop
exec("k = 100")
# %% e need
m = float(ns["f"](2))
