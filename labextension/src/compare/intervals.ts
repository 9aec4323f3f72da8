/** Means with their intervals: which is the best, and which can not be told from it. Pure. */

import type { Estimate } from '../contract';

export interface Standing {
  /** Positions of those with the best mean. */
  best: number[];
  /** Positions of the others whose interval touches that of the best: a tie. */
  ties: number[];
}

/**
 * Two means whose intervals touch are not told apart. Without an interval only equal means tie.
 */
export function standing(
  estimates: readonly (Estimate | undefined)[],
  direction: 'max' | 'min' | null
): Standing {
  const sign = direction === 'min' ? -1 : 1;
  const known = estimates.flatMap((one, position) =>
    typeof one?.mean === 'number' ? [{ position, mean: sign * one.mean, half: half(one) }] : []
  );
  if (direction === null || known.length < 2) {
    return { best: [], ties: [] };
  }
  const top = Math.max(...known.map(one => one.mean));
  const best = known.filter(one => one.mean === top);
  const reach = Math.min(...best.map(one => one.mean - one.half));
  return {
    best: best.map(one => one.position),
    ties: known
      .filter(one => one.mean !== top && one.mean + one.half >= reach)
      .map(one => one.position)
  };
}

/** The range of all means with their intervals, or null where there is none. */
export function extent(estimates: readonly (Estimate | undefined)[]): [number, number] | null {
  const ends = estimates.flatMap(one =>
    typeof one?.mean === 'number' ? [one.mean - half(one), one.mean + half(one)] : []
  );
  const [low, high] = [Math.min(...ends), Math.max(...ends)];
  return high > low && Number.isFinite(high - low) ? [low, high] : null;
}

function half(estimate: Estimate): number {
  return typeof estimate.half === 'number' ? estimate.half : 0;
}
