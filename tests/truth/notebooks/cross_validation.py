# %% load
# %load_ext nbtrail

# %% data
from sklearn.datasets import load_diabetes

X, y = load_diabetes(return_X_y=True)
X.shape

# %% by hand
# %%track kfold-by-hand -m mean_r2:max
import numpy as np
from sklearn.linear_model import Ridge
from sklearn.metrics import mean_absolute_error, r2_score
from sklearn.model_selection import KFold

scores, maes = [], []
for fold, (tr, te) in enumerate(KFold(n_splits=5, shuffle=True, random_state=0).split(X)):
    model = Ridge(alpha=0.3)
    model.fit(X[tr], y[tr])
    pred = model.predict(X[te])
    scores.append(r2_score(y[te], pred))
    maes.append(mean_absolute_error(y[te], pred))
    print(fold, round(scores[-1], 3))
mean_r2 = float(np.mean(scores))

# %% cross val score
# %%track lasso-cv
from sklearn.linear_model import Lasso
from sklearn.model_selection import cross_val_score, cross_validate

cvs = cross_val_score(Lasso(alpha=0.1), X, y, cv=5, scoring="r2")
print(cvs.mean(), "+-", cvs.std())

# %% cross validate
# %%track forest-cv
from sklearn.ensemble import RandomForestRegressor

res = cross_validate(
    RandomForestRegressor(n_estimators=15, max_depth=4, random_state=2),
    X,
    y,
    cv=4,
    scoring=["r2", "neg_mean_absolute_error"],
    return_train_score=True,
)
{k: v.mean() for k, v in res.items()}

# %% same object
# %%track scaled-svr
from sklearn.preprocessing import StandardScaler
from sklearn.svm import SVR

svr = SVR(C=40.0, epsilon=2.0)
errs = []
for tr, te in KFold(3).split(X):
    scaler = StandardScaler().fit(X[tr])
    svr.fit(scaler.transform(X[tr]), y[tr])
    errs.append(mean_absolute_error(y[te], svr.predict(scaler.transform(X[te]))))
print(errs)

# %% final
# %%track final -p chosen_alpha
chosen_alpha = 0.3
final = Ridge(alpha=chosen_alpha, solver="cholesky").fit(X, y)

# %% final score
in_sample = final.score(X, y)
print("in sample:", in_sample)
