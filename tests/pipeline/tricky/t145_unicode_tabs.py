# title: unicode names, tabs for indentation, a backslash and a very long line
# metrics: μ
# %% a need
α = 0.5
größe = [1, 2, 3]
# %% b need
def 合計(werte, *, faktor=α):
	total = 0
	for w in werte:
		if w > 1:
			total += w * \
				faktor
	return total
# %% c drop
naïve = "é\u00e9\t"
# %% d need
μ = float(合計(größe) + sum([1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0, 9.0, 10.0, 11.0, 12.0, 13.0, 14.0, 15.0, 16.0, 17.0, 18.0]))
