# %% load
# %load_ext nbtrail

# %% data
import numpy as np
from sklearn.datasets import load_breast_cancer
from sklearn.model_selection import train_test_split

bunch = load_breast_cancer(as_frame=True)
X_all, y_all = bunch.data, bunch.target
X_dev, X_test, y_dev, y_test = train_test_split(X_all, y_all, test_size=114, random_state=5)
X_tr, X_val, y_tr, y_val = train_test_split(X_dev, y_dev, test_size=91, random_state=5)

# %% on
# %track on
import lightgbm as lgb
import xgboost as xgb

# %% xgb
bst = xgb.XGBClassifier(
    n_estimators=120,
    learning_rate=0.3,
    max_depth=3,
    subsample=0.9,
    eval_metric="logloss",
    early_stopping_rounds=8,
    random_state=0,
    n_jobs=1,
)
bst.fit(X_tr, y_tr, eval_set=[(X_tr, y_tr), (X_val, y_val)], verbose=False)
curve = bst.evals_result()["validation_1"]["logloss"]
print("stopped at", bst.best_iteration, "of", len(curve))

# %% lgb
lgbm = lgb.LGBMClassifier(
    n_estimators=90, num_leaves=7, min_child_samples=10, learning_rate=0.2, random_state=0, n_jobs=1, verbose=-1
)
lgbm.fit(
    X_tr,
    y_tr,
    eval_set=[(X_val, y_val)],
    eval_metric="auc",
    callbacks=[lgb.early_stopping(8, verbose=False), lgb.log_evaluation(0)],
)
lgb_curve = list(lgbm.evals_result_["valid_0"]["auc"])
print(lgbm.best_iteration_)

# %% compare
from sklearn.metrics import accuracy_score, brier_score_loss, roc_auc_score

rows = []
for model in (lgbm, bst):
    p = model.predict_proba(X_test)[:, 1]
    rows.append((type(model).__name__, roc_auc_score(y_test, p), brier_score_loss(y_test, p)))
for r in rows:
    print(*r)

# %% native xgb
dtrain = xgb.DMatrix(X_tr, label=y_tr)
dval = xgb.DMatrix(X_val, label=y_val)
history = {}
booster = xgb.train(
    {"objective": "binary:logistic", "eta": 0.25, "max_depth": 2, "eval_metric": "error", "nthread": 1},
    dtrain,
    num_boost_round=25,
    evals=[(dtrain, "train"), (dval, "eval")],
    evals_result=history,
    verbose_eval=False,
)

# %% native lgb
params = {"objective": "binary", "metric": "binary_logloss", "num_leaves": 5, "learning_rate": 0.1, "num_threads": 1, "verbose": -1}
record = {}
lset = lgb.Dataset(X_tr, label=y_tr)
gbm = lgb.train(
    params, lset, num_boost_round=40, valid_sets=[lgb.Dataset(X_val, label=y_val, reference=lset)],
    valid_names=["val"], callbacks=[lgb.record_evaluation(record), lgb.early_stopping(5, verbose=False)],
)

# %% native scores
acc_booster = accuracy_score(y_test, booster.predict(xgb.DMatrix(X_test)) > 0.5)
auc_gbm = roc_auc_score(y_test, gbm.predict(X_test, num_iteration=gbm.best_iteration))
print(acc_booster, auc_gbm)

# %% importance
import matplotlib.pyplot as plt

order = np.argsort(bst.feature_importances_)[-8:]
plt.barh(X_all.columns[order], bst.feature_importances_[order])
plt.show()

# %% train side
train_acc = accuracy_score(y_tr, bst.predict(X_tr))
val_auc = roc_auc_score(y_val, lgbm.predict_proba(X_val)[:, 1])
train_acc, val_auc
