# %% load
# %load_ext nbtrail

# %% data
from sklearn.datasets import load_iris, make_blobs
from sklearn.preprocessing import scale

iris = load_iris(as_frame=True)
flowers = iris.data
points, truth = make_blobs(n_samples=240, centers=4, n_features=3, cluster_std=1.2, random_state=8)
Z = scale(points)

# %% picture
from sklearn.decomposition import PCA
import matplotlib.pyplot as plt

flat = PCA(2).fit_transform(Z)
plt.scatter(*flat.T, s=5)
plt.show()

# %% several k
# %%track how-many -e clusters
from sklearn.cluster import KMeans
from sklearn.metrics import calinski_harabasz_score, silhouette_score

sil, chs, models = {}, {}, {}
for k in range(2, 6):
    km = KMeans(n_clusters=k, n_init=3, random_state=0)
    labels = km.fit_predict(Z)
    sil[k] = silhouette_score(Z, labels)
    chs[k] = calinski_harabasz_score(Z, labels)
    models[k] = km
best_k = max(sil, key=sil.get)
print("best k", best_k)

# %% elbow
plt.plot(list(models), [m.inertia_ for m in models.values()], "o-")
plt.show()

# %% against the truth
from sklearn.metrics import adjusted_rand_score

rand = {k: adjusted_rand_score(truth, models[k].labels_) for k in (4, 3)}
rand

# %% flowers
# %%track flowers -e clusters -m sil_flowers:max
km = KMeans(3, n_init=5, random_state=1).fit(flowers)
sil_flowers = silhouette_score(flowers, km.labels_)

# %% dense
# %%track dense -e clusters
from sklearn.cluster import DBSCAN

db = DBSCAN(eps=0.35, min_samples=4).fit(Z)
n_noise = int((db.labels_ == -1).sum())
print(len(set(db.labels_)), "groups,", n_noise, "noise")

# %% dense score
inside = db.labels_ >= 0
sil_dense = silhouette_score(Z[inside], db.labels_[inside])
nmi_flowers = None
from sklearn.metrics import normalized_mutual_info_score as nmi

nmi_flowers = nmi(iris.target, km.predict(flowers))
print(sil_dense, nmi_flowers)
