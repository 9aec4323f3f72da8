# title: train or load: a model is dumped once, then the loading branch is taken
# metrics: m
# %% a need
import os
import joblib
import numpy as np
from sklearn.linear_model import Ridge
PATH = "model.joblib"
# %% b need
X = np.arange(20.0).reshape(10, 2); y = X @ [1.0, 0.5]
# %% c need
if os.path.exists(PATH):
    model = joblib.load(PATH)
else:
    model = Ridge(alpha=0.5).fit(X, y)
    joblib.dump(model, PATH)
# %% c2 need
if os.path.exists(PATH):
    model = joblib.load(PATH)
else:
    model = Ridge(alpha=0.5).fit(X, y)
    joblib.dump(model, PATH)
# %% d need
m = float(model.predict(X).sum())
