# title: GroupKFold scores in a comprehension, a clone for each fold, the mean of the rest
# metrics: m
# %% a need
import numpy as np
from sklearn.base import BaseEstimator, TransformerMixin, clone
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GroupKFold
from sklearn.pipeline import make_pipeline
# %% b need
class Clip(TransformerMixin, BaseEstimator):
    """Clips what is too large."""
    def __init__(self, limit=2.0):
        self.limit = limit
    def fit(self, X, y=None):
        self.top_ = np.abs(X).max(axis=0) * self.limit
        return self
    def transform(self, X):
        return np.clip(X, -self.top_, self.top_)
# %% c need
rng = np.random.default_rng(0)
X = rng.normal(size=(60, 3)); y = (X[:, 0] + rng.normal(size=60) > 0).astype(int)
groups = np.repeat(np.arange(6), 10)
# %% d need
base = make_pipeline(Clip(0.5), LogisticRegression(C=0.5))
# %% e drop
base
# %% f need
scores = [clone(base).fit(X[a], y[a]).score(X[b], y[b]) for a, b in GroupKFold(3).split(X, y, groups)]
# %% g need
m, *_ = [float(np.mean(scores))]
