# title: grid search over a pipeline, the best used later
# metrics: m
# %% a need
from sklearn.datasets import load_iris
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GridSearchCV, train_test_split
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import StandardScaler
X, y = load_iris(return_X_y=True)
Xa, Xb, ya, yb = train_test_split(X, y, random_state=1)
# %% b need
pipe = Pipeline([("s", StandardScaler()), ("c", LogisticRegression(max_iter=300))])
# %% c drop
plain = LogisticRegression(max_iter=300).fit(Xa, ya)
# %% d need
search = GridSearchCV(pipe, {"c__C": [0.1, 1, 10]}, cv=3).fit(Xa, ya)
# %% e need
best = search.best_estimator_
# %% f drop
plain.score(Xb, yb)
# %% g need
m = float(best.score(Xb, yb))
