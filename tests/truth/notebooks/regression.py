# %% load
# %load_ext nbtrail
# %track on

# %% read
import numpy as np
import pandas as pd

houses = pd.read_parquet("data/houses.parquet")
houses["age"] = 2024 - houses.pop("built")
y = np.log1p(houses["price"])
X = houses.drop(columns=["price", "id"])
X.head()

# %% split
from sklearn.model_selection import train_test_split

X_rest, X_test, y_rest, y_test = train_test_split(X, y, test_size=0.2, random_state=0)
X_train, X_val, y_train, y_val = train_test_split(X_rest, y_rest, test_size=0.25, random_state=0)
for part in (X_train, X_val, X_test):
    print(part.shape)

# %% alphas
from sklearn.linear_model import Ridge
from sklearn.metrics import mean_absolute_error, mean_squared_error, median_absolute_error, r2_score

val_mae = {}
for alpha in [0.1, 10.0, 1000.0]:
    reg = Ridge(alpha=alpha)
    reg.fit(X_train, y_train)
    val_mae[alpha] = mean_absolute_error(y_val, reg.predict(X_val))
best_alpha = min(val_mae, key=val_mae.get)
print(val_mae, best_alpha)

# %% refit
reg = Ridge(alpha=best_alpha, positive=True).fit(X_rest, y_rest)

# %% errors
log_pred = reg.predict(X_test)
pred = np.expm1(log_pred)
price = np.expm1(y_test)
r2_log = r2_score(y_test, log_pred)
mse_log = mean_squared_error(y_test, log_pred)
rmse = np.sqrt(mean_squared_error(price, pred))
mae = mean_absolute_error(price, pred)
med = median_absolute_error(price, pred)
print(f"R2 {r2_log:.3f}, rmse {rmse:,.0f}, mae {mae:,.0f}, median {med:,.0f}")

# %% baseline
base = np.full(len(price), np.expm1(y_train).mean())
base_mae = mean_absolute_error(price, base)
print("mean price:", base_mae)

# %% residuals
import matplotlib.pyplot as plt

plt.scatter(price, pred, s=4)
plt.plot([price.min(), price.max()], [price.min(), price.max()], "k--")
plt.show()

# %% transformed
from sklearn.compose import TransformedTargetRegressor
from sklearn.ensemble import GradientBoostingRegressor

ttr = TransformedTargetRegressor(
    GradientBoostingRegressor(n_estimators=60, max_depth=2, random_state=4), func=np.log1p, inverse_func=np.expm1
)
raw_train, raw_test = houses.loc[X_rest.index, "price"], houses.loc[X_test.index, "price"]
ttr.fit(X_rest, raw_train)
print("fit ok")

# %% transformed errors
from sklearn.metrics import mean_absolute_percentage_error as mape

ttr_mape = mape(raw_test, ttr.predict(X_test))
ttr_r2 = ttr.score(X_test, raw_test)
ttr_train = r2_score(raw_train, ttr.predict(X_rest))
ttr_mape, ttr_r2, ttr_train
