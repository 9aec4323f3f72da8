# title: the order of a set of texts decides the value
# metrics: m
# refused: order of texts in a set
# %% a need
words = {"alpha", "beta", "gamma", "delta", "eps", "zeta", "eta", "theta", "iota", "kappa"}
# %% b need
order = list(words)
# %% c need
m = float(sum((i + 1) ** 3 * len(w) * ord(w[0]) for i, w in enumerate(order)))
