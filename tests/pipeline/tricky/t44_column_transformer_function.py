# title: ColumnTransformer with a function defined in the notebook and redefined later
# metrics: m
# %% a need
import numpy as np
import pandas as pd
from sklearn.compose import ColumnTransformer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer, StandardScaler
rng = np.random.default_rng(0)
X = pd.DataFrame({"a": rng.exponential(size=80), "b": rng.normal(size=80)})
y = (X["a"] + X["b"] > 1).astype(int)
# %% b need
def squash(v):
    return np.log1p(v)
# %% c need
ct = ColumnTransformer([("s", FunctionTransformer(squash), ["a"]), ("n", StandardScaler(), ["b"])])
clf = make_pipeline(ct, LogisticRegression(C=0.5))
# %% b drop
def squash(v):
    return v * 0
# %% d need
clf.fit(X, y)
# %% e need
m = float(clf.predict_proba(X)[:, 1].sum())
