# title: set_config changes what transform returns
# metrics: m
# %% a need
import numpy as np
import sklearn
from sklearn.preprocessing import StandardScaler
X = np.array([[1.0], [2.0], [4.0]])
# %% b need
sklearn.set_config(transform_output="pandas")
# %% c need
out = StandardScaler().fit_transform(X)
# %% d drop
name = "scaler"
# %% e need
m = float(hasattr(out, "columns")) + float(np.asarray(out).max())
