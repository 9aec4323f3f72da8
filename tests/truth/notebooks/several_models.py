# %% load
# %load_ext nbtrail

# %% data
from sklearn.datasets import load_wine
from sklearn.model_selection import train_test_split

X, y = load_wine(return_X_y=True)
Xtr, Xte, ytr, yte = train_test_split(X, y, test_size=0.3, random_state=11, stratify=y)

# %% scaling
from sklearn.preprocessing import StandardScaler

sc = StandardScaler().fit(Xtr)
Xtr_s, Xte_s = sc.transform(Xtr), sc.transform(Xte)

# %% logistic
from sklearn.linear_model import LogisticRegression

lr = LogisticRegression(C=0.02)
lr.fit(Xtr_s, ytr)

# %% zoo
from sklearn.ensemble import RandomForestClassifier
from sklearn.naive_bayes import GaussianNB
from sklearn.neighbors import KNeighborsClassifier

zoo = {
    "forest": RandomForestClassifier(n_estimators=20, max_depth=2, random_state=5),
    "bayes": GaussianNB(var_smoothing=1e-5),
    "knn": KNeighborsClassifier(n_neighbors=3),
}
for name, m in zoo.items():
    m.fit(Xtr_s, ytr)
    print(name, "fitted")

# %% tree
from sklearn.tree import DecisionTreeClassifier

clf = DecisionTreeClassifier(max_depth=2, random_state=0).fit(Xtr, ytr)

# %% predictions
preds = {name: m.predict(Xte_s) for name, m in zoo.items()}
preds["lr"] = lr.predict(Xte_s)

# %% knn first
from sklearn.metrics import accuracy_score, cohen_kappa_score, f1_score, log_loss

knn_acc = accuracy_score(yte, preds["knn"])
knn_kappa = cohen_kappa_score(yte, preds["knn"])
knn_acc, knn_kappa

# %% tree score
clf_acc = clf.score(Xte, yte)
print(clf_acc)

# %% all of them
table = {}
for name in ["lr", "bayes", "knn", "forest"]:
    table[name] = f1_score(yte, preds[name], average="macro")
    print(f"{name:10s} {table[name]:.4f}")

# %% losses
ll_forest = log_loss(yte, zoo["forest"].predict_proba(Xte_s))
ll_lr = log_loss(yte, lr.predict_proba(Xte_s))
print(ll_lr, ll_forest)

# %% majority
import numpy as np

guess = np.full(len(yte), np.bincount(ytr).argmax())
floor = accuracy_score(yte, guess)
print("always the most frequent class:", floor)

# %% keep
# %track keep
