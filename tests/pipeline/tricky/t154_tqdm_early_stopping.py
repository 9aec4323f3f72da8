# title: a progress bar over epochs with a break, star-unpacking and a best state
# metrics: m
# needs: tqdm
# %% a need
import numpy as np
from tqdm.auto import tqdm
from sklearn.linear_model import SGDRegressor
# %% b need
rng = np.random.default_rng(5)
X = rng.normal(size=(60, 2)); y = X @ [1.0, -1.0]
(Xa, ya), (Xb, yb) = (X[:40], y[:40]), (X[40:], y[40:])
# %% c need
model = SGDRegressor(random_state=0, learning_rate="constant", eta0=0.01)
best, patience, history = float("inf"), 0, []
# %% d need
bar = tqdm(range(50), disable=True)
for epoch in bar:
    model.partial_fit(Xa, ya)
    loss = float(np.mean((model.predict(Xb) - yb) ** 2))
    history.append(loss)
    bar.set_postfix(loss=loss)
    if (gain := best - loss) > 1e-4:
        best, patience = loss, 0
    elif (patience := patience + 1) >= 2:
        break
# %% e drop
import matplotlib.pyplot as plt
plt.plot(history);
# %% f need
first, *middle, last = history
# %% g need
m = first + last * 10 + len(middle)
