# title: a native model is saved under a name in a variable and loaded
# metrics: m
# needs: xgboost
# %% a need
import numpy as np
import xgboost as xgb
rng = np.random.default_rng(0)
X = rng.normal(size=(60, 3)); y = X[:, 0] * 2 + rng.normal(size=60) * 0.1
# %% b need
where = f"model-{X.shape[1]}.json"
# %% c need
model = xgb.XGBRegressor(n_estimators=5, n_jobs=1, random_state=1).fit(X, y)
# %% d need
model.save_model(where)
# %% e drop
model.feature_importances_
# %% f need
loaded = xgb.Booster(model_file=where)
# %% g need
m = float(loaded.predict(xgb.DMatrix(X)).sum())
