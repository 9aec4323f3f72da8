# %% load
# %load_ext nbtrail

# %% data
import numpy as np
from sklearn.datasets import load_breast_cancer
from sklearn.model_selection import GridSearchCV, train_test_split

raw = load_breast_cancer(as_frame=True)
X = raw.data
y = raw.target
print(X.shape, y.mean())

# %% split
X_train, X_test, y_train, y_test = train_test_split(X, y, test_size=0.25, random_state=7, stratify=y)
X_train.describe().T.head()

# %% svm
# %%track svm-grid -e grids
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import SVC

pipe = Pipeline([("scale", StandardScaler()), ("svc", SVC(gamma="auto", tol=0.005))])
search = GridSearchCV(
    pipe,
    {"svc__C": [0.1, 1, 10], "svc__kernel": ["linear", "rbf"]},
    scoring="roc_auc",
    cv=3,
)
search.fit(X_train, y_train)
print(search.best_params_, round(search.best_score_, 4))

# %% evaluate
from sklearn.metrics import accuracy_score, classification_report, f1_score, roc_auc_score

y_pred = search.predict(X_test)
if hasattr(search, "predict_proba"):
    ranks = search.predict_proba(X_test)[:, 1]
else:
    ranks = search.decision_function(X_test)
acc = accuracy_score(y_test, y_pred)
f1 = f1_score(y_test, y_pred)
auc = roc_auc_score(y_test, ranks)
print(f"acc {acc:.3f}  f1 {f1:.3f}  auc {auc:.3f}")
print(classification_report(y_test, y_pred))

# %% best estimator
best = search.best_estimator_
from sklearn.metrics import average_precision_score

ap = average_precision_score(y_test, best.decision_function(X_test))
print(ap)
best.score(X_test, y_test)

# %% train score
acc_train = accuracy_score(y_train, search.predict(X_train))
print("overfit?", acc_train)

# %% forest
# %%track forest-random -e grids
from scipy.stats import randint
from sklearn.ensemble import RandomForestClassifier
from sklearn.model_selection import RandomizedSearchCV

search = RandomizedSearchCV(
    RandomForestClassifier(n_estimators=25, random_state=0),
    {"max_depth": randint(2, 8), "min_samples_leaf": [1, 3, 5]},
    n_iter=5,
    scoring=["accuracy", "roc_auc"],
    refit="roc_auc",
    cv=3,
    random_state=3,
    n_jobs=2,
)
search.fit(X_train, y_train)
np.round(search.cv_results_["mean_test_roc_auc"], 3)
