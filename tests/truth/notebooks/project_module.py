# %% load
# %load_ext nbtrail
from project.training import evaluate, load_loans, split, train

# %% settings
settings = {"C": 0.7}

# %% read
loans = load_loans("data/loans.csv")
parts = split(loans, seed=2)
X_train, X_test, y_train, y_test = parts

# %% linear
model, metrics = train("linear", parts, **settings)
print(metrics)

# %% stronger
settings = {"C": 0.001, "class_weight": "balanced"}

# %% trees
# %%track trees -e loans
trees, tree_metrics = train("trees", parts, n_estimators=30, max_depth=4)
tree_metrics

# %% train side
on_train = evaluate(trees, X_train, y_train)
print("trees on train:", on_train)

# %% both
# %%track both -e loans -t purpose=comparison
fitted = {}
for kind, extra in [("linear", {"C": 5.0}), ("trees", {"n_estimators": 12})]:
    fitted[kind], m = train(kind, parts, **extra)
    print(kind, m)

# %% old one
old = evaluate(model, X_train, y_train)
print("linear on train:", old)

# %% which is better
from sklearn.metrics import f1_score

f1s = {}
for kind in ("trees", "linear"):
    f1s[kind] = f1_score(y_test, fitted[kind].predict(X_test))
f1s

# %% keep
# %track keep
