/** An exponential moving average of a curve. Pure. */

/**
 * The average begins at the first value: early points are divided by the weight they have. Points
 * may stand at unequal distances, so a point forgets as much as its distance to the one before
 * says. Values that are no finite numbers stay gaps.
 *
 * @param weight - from 0, no smoothing, to below 1.
 */
export function smoothed(x: ArrayLike<number>, y: ArrayLike<number>, weight: number): Float64Array {
  const result = Float64Array.from(y);
  const mean = (x[x.length - 1] - x[0]) / Math.max(1, x.length - 1) || 1;
  let sum = 0;
  let mass = 0;
  let before = x[0];
  for (let i = 0; weight > 0 && i < y.length; i++) {
    if (Number.isFinite(y[i])) {
      const kept = weight ** ((x[i] - before) / mean || 1);
      sum = sum * kept + y[i] * (1 - kept);
      mass = mass * kept + (1 - kept);
      result[i] = mass > 0 ? sum / mass : y[i];
      before = x[i];
    }
  }
  return result;
}
