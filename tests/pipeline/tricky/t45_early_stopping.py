# title: early stopping in a loop with the best state kept
# metrics: m
# %% a need
import copy
import numpy as np
from sklearn.linear_model import SGDRegressor
rng = np.random.RandomState(0)
X = rng.normal(size=(60, 3)); y = X @ [1.0, 2.0, 3.0]
# %% b need
model = SGDRegressor(random_state=0, eta0=0.01)
best, patience = None, 0
# %% c need
for epoch in range(30):
    model.partial_fit(X[:40], y[:40])
    score = model.score(X[40:], y[40:])
    if best is None or score > best[0] + 1e-3:
        best, patience = (score, copy.deepcopy(model)), 0
    else:
        patience += 1
        if patience > 2:
            break
# %% d drop
trail = [epoch, patience]
# %% e need
m = float(best[1].coef_.sum())
