# title: warm_start grows a forest over cells
# metrics: m
# %% a need
from sklearn.datasets import make_classification
from sklearn.ensemble import RandomForestClassifier
X, y = make_classification(200, random_state=0)
# %% b need
rf = RandomForestClassifier(5, warm_start=True, random_state=0).fit(X[:150], y[:150])
# %% c drop
s = rf.score(X[150:], y[150:])
# %% d need
rf.n_estimators = 9
# %% e need
rf.fit(X[:150], y[:150])
# %% f need
m = float(rf.predict_proba(X[150:])[:, 1].sum())
