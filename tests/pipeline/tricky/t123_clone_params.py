# title: clone drops the fit, set_params on a nested step
# metrics: m
# %% a need
import numpy as np
from sklearn.base import clone
from sklearn.linear_model import Ridge
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import PolynomialFeatures
X = np.linspace(0, 1, 20)[:, None]; y = X.ravel() ** 2
# %% b need
p = make_pipeline(PolynomialFeatures(1), Ridge(alpha=0.1))
# %% c drop
p.fit(X, y)
# %% d need
q = clone(p)
# %% e need
q.set_params(polynomialfeatures__degree=3)
# %% f need
q.fit(X, y)
# %% g need
m = float(q.predict([[0.5]])[0])
