/** The point of many curves that lies next to the pointer. Pure. */

export interface Pointed {
  run: number;
  x: number;
  y: number;
}

interface Drawn {
  run: number;
  x: ArrayLike<number>;
  y: ArrayLike<number | null>;
}

/** Farther away, in pixels, nothing is meant. */
const REACH = 40;

/**
 * @param at - the pointer, in pixels of the plot.
 * @param pixels - where a value stands on an axis.
 * @param x - the pointer's value on the horizontal axis.
 */
export function nearest(
  curves: readonly Drawn[],
  at: { left: number; top: number },
  pixels: (value: number, scale: 'x' | 'y') => number,
  x: number
): Pointed | null {
  let best: Pointed | null = null;
  let least = REACH ** 2;
  for (const curve of curves) {
    const place = placeOf(curve.x, x);
    for (const index of [place - 1, place]) {
      const y = curve.y[index] ?? null;
      if (y !== null && index >= 0) {
        const far =
          (pixels(curve.x[index], 'x') - at.left) ** 2 + (pixels(y, 'y') - at.top) ** 2;
        if (far < least) {
          least = far;
          best = { run: curve.run, x: curve.x[index], y };
        }
      }
    }
  }
  return best;
}

/** The first position whose value is not below, in ascending numbers. */
function placeOf(values: ArrayLike<number>, wanted: number): number {
  let low = 0;
  let high = values.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (values[middle] < wanted) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  return low;
}
