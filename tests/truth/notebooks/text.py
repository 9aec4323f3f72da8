# %% load
# %load_ext nbtrail
import pandas as pd

# %% read
reviews = pd.read_csv("data/reviews.csv")
reviews = reviews.dropna(subset=["text"])
print(len(reviews))
reviews.sample(3, random_state=0)

# %% split
from sklearn.model_selection import train_test_split

train_text, test_text, y_train, y_test = train_test_split(
    reviews["text"], reviews["good"], test_size=0.25, random_state=1
)

# %% start
# %track start tfidf-logistic -e text

# %% vectorise
from sklearn.feature_extraction.text import TfidfVectorizer

vec = TfidfVectorizer(ngram_range=(1, 2), min_df=2)
A_train = vec.fit_transform(train_text)
A_test = vec.transform(test_text)
A_train.shape

# %% fit
from sklearn.linear_model import LogisticRegression

clf = LogisticRegression(C=4.0, class_weight="balanced")
clf.fit(A_train, y_train)

# %% threshold
from sklearn.metrics import average_precision_score, f1_score, precision_score, recall_score

threshold = 0.4
proba = clf.predict_proba(A_test)[:, 1]
ap = average_precision_score(y_test, proba)
flags = (proba >= threshold).astype(int)
prec, rec = precision_score(y_test, flags), recall_score(y_test, flags)
print(f"ap {ap:.3f} precision {prec:.3f} recall {rec:.3f} at {threshold}")

# %% sweep
best_t, best_f1 = 0, -1
for t in [0.2, 0.35, 0.5, 0.65, 0.8]:
    f = f1_score(y_test, (proba >= t).astype(int))
    if f > best_f1:
        best_t, best_f1 = t, f
print("best threshold", best_t, best_f1)

# %% log it
# %track metric best_threshold=best_t
# %track end

# %% bayes
# %track start tfidf-bayes -e text
from sklearn.naive_bayes import MultinomialNB
from sklearn.pipeline import make_pipeline

clf = make_pipeline(TfidfVectorizer(sublinear_tf=True, max_features=300), MultinomialNB(alpha=0.3))
clf.fit(train_text, y_train)
bayes_acc = clf.score(test_text, y_test)
bayes_acc

# %% end
# %track end

# %% afterthought
from sklearn.metrics import matthews_corrcoef

mcc = matthews_corrcoef(y_test, clf.predict(test_text))
words = sorted(vec.vocabulary_)[:10]
print(mcc, words)
