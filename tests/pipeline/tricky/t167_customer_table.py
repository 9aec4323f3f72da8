# title: a customer table read, cleaned in place, split, encoded, fitted in a pipeline and scored
# metrics: acc auc
# %%file people.csv
age,city,income,left
25,Berlin,100,0
32,Paris,200,1
,Rome,150,0
51,Berlin,,1
44,Paris,210,1
29,Rome,90,0
38,Berlin,130,0
61,Paris,300,1
33,Rome,120,0
47,Berlin,220,1
28,Paris,95,0
55,Rome,280,1
# %% a need
import pandas as pd
from sklearn.compose import ColumnTransformer
from sklearn.ensemble import RandomForestClassifier
from sklearn.impute import SimpleImputer
from sklearn.metrics import accuracy_score, roc_auc_score
from sklearn.model_selection import train_test_split
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler
# %% b need
# the raw table, one row for each customer
df = pd.read_csv("people.csv")
# %% c drop
df.head()
df.isna().sum()
# %% d need
df.rename(columns={"left": "target"}, inplace=True)
df["city"] = df["city"].astype("category")
df.loc[df["income"].isna(), "income"] = df["income"].median()
# %% e need
numeric = ["age", "income"]
categorical = ["city"]
X = df.drop(columns="target")
y = df["target"]
# %% f need
X_train, X_test, y_train, y_test = train_test_split(X, y, test_size=0.33, random_state=42, stratify=y)
# %% g need
pre = ColumnTransformer([
    ("num", Pipeline([("imp", SimpleImputer(strategy="median")), ("sc", StandardScaler())]), numeric),
    ("cat", OneHotEncoder(handle_unknown="ignore"), categorical),
])
# %% h drop
import matplotlib.pyplot as plt
df["age"].hist(bins=5)
plt.title("ages")
plt.show()
# %% i need
n_estimators = 30
model = Pipeline([("pre", pre), ("rf", RandomForestClassifier(n_estimators=n_estimators, max_depth=3, random_state=0))])
model.fit(X_train, y_train)
# %% j need
pred = model.predict(X_test)
proba = model.predict_proba(X_test)[:, 1]
# %% k need
acc = accuracy_score(y_test, pred)
auc = roc_auc_score(y_test, proba)
print(f"accuracy {acc:.3f}, AUC {auc:.3f}")  #: drop
