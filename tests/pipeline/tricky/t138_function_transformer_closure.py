# title: FunctionTransformer with a closure, a custom scorer and a generator for cv
# metrics: m
# %% a need
import numpy as np
from sklearn.linear_model import Ridge
from sklearn.metrics import make_scorer
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer
# %% b need
rng = np.random.default_rng(3)
X = rng.normal(size=(40, 3))
y = X @ [1.0, 2.0, -1.0] + rng.normal(size=40) * 0.1
# %% c need
def scaled(by):
    def inner(values):
        return values * by + shift
    return inner
shift = 2
# %% d need
def folds(n, k):
    for i in range(k):
        test = np.arange(i, n, k)
        yield np.setdiff1d(np.arange(n), test), test
# %% e need
def loss(true, found, weight=1.0):
    return float(np.mean(np.abs(true - found))) * weight
scorer = make_scorer(loss, greater_is_better=False, weight=2.0)
# %% f drop
print(len(list(folds(40, 4))))
# %% g need
search = GridSearchCV(make_pipeline(FunctionTransformer(scaled(3)), Ridge()), {"ridge__alpha": [0.1, 1.0]}, scoring=scorer, cv=folds(40, 4))
search.fit(X, y)
# %% h drop
shift = 99
# %% i need
m = float(search.best_score_)
