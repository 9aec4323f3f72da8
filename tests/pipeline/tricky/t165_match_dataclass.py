# title: match on dataclasses and dictionaries steers a search over models
# metrics: m
# %% a need
from dataclasses import dataclass
import numpy as np
from sklearn.linear_model import Lasso, Ridge
from sklearn.model_selection import TimeSeriesSplit
# %% b need
@dataclass
class Plan:
    kind: str
    options: dict
def build(plan):
    match plan:
        case Plan(kind="ridge", options={"alpha": float(alpha), **rest}):
            return Ridge(alpha=alpha, **rest)
        case Plan(kind="lasso", options=options):
            return Lasso(**options)
        case _:
            raise ValueError(plan)
# %% c need
rng = np.random.default_rng(11)
X = rng.normal(size=(50, 3)).cumsum(axis=0); y = X @ [1, 0, 2] + rng.normal(size=50)
# %% d need
scores = {}
for plan in (Plan("ridge", {"alpha": 1.0}), Plan("lasso", {"alpha": 0.3})):
    for fold, (tr, te) in enumerate(TimeSeriesSplit(3).split(X)):
        scores[f"{plan.kind}-{fold}"] = build(plan).fit(X[tr], y[tr]).score(X[te], y[te])
# %% e drop
sorted(scores)
# %% f need
best = max(scores, key=scores.get)
# %% g need
m = scores[best]
