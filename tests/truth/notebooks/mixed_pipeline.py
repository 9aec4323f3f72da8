# %% load
# %load_ext nbtrail
# %track on

# %% read
import pandas as pd

df = pd.read_csv("data/customers.csv", parse_dates=["signup"])
df.head()

# %% look
import matplotlib.pyplot as plt

print(df.isna().mean())
df["age"].hist(bins=20)
plt.title("age")
plt.show()
(df["churned"] == "yes").groupby(df["plan"]).mean()

# %% features
df["tenure"] = (pd.Timestamp("2024-06-01") - df["signup"]).dt.days
num = ["age", "income", "visits", "tenure"]
cat = ["city", "plan"]
from sklearn.preprocessing import LabelEncoder

target = LabelEncoder().fit_transform(df["churned"])

# %% try imputing
from sklearn.impute import SimpleImputer
from sklearn.preprocessing import OneHotEncoder, StandardScaler

tmp = SimpleImputer(strategy="median").fit_transform(df[num])
scaler = StandardScaler()
scaler.fit(tmp)
print(scaler.mean_)

# %% split
from sklearn.model_selection import train_test_split

X = df[num + cat]
X_train, X_test, y_train, y_test = train_test_split(X, target, test_size=0.2, random_state=42)

# %% pipeline
from sklearn.compose import ColumnTransformer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import Pipeline, make_pipeline

prep = ColumnTransformer(
    [
        ("num", make_pipeline(SimpleImputer(strategy="median"), StandardScaler()), num),
        ("cat", make_pipeline(SimpleImputer(strategy="most_frequent"), OneHotEncoder(handle_unknown="ignore")), cat),
    ]
)
model = Pipeline([("prep", prep), ("clf", LogisticRegression(C=0.5, max_iter=500))])

# %% fit
model.fit(X_train, y_train)
print("train", model.score(X_train, y_train))

# %% evaluate
from sklearn.metrics import balanced_accuracy_score, roc_auc_score

p = model.predict_proba(X_test)[:, 1]
auc = roc_auc_score(y_test, p)
bal = balanced_accuracy_score(y_test, model.predict(X_test))
print(auc, bal)

# %% other classifier
from sklearn.ensemble import RandomForestClassifier

model.set_params(clf=RandomForestClassifier(n_estimators=40, max_depth=5, random_state=1))
model.fit(X_train, y_train)

# %% off
# %track off

# %% dummy
from sklearn.dummy import DummyClassifier

dummy = DummyClassifier(strategy="prior").fit(X_train, y_train)
print(dummy.score(X_test, y_test))
