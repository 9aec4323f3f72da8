/** Histories of metrics as the server packs them: a JSON header, then doubles. */

import type { CurvesHeader } from './contract';

/** What points stand over. */
export type CurveAxis = CurvesHeader['axis'];

export interface Curve {
  run: number;
  key: string;
  /** Points that were logged; fewer may be here. */
  count: number;
  x: Float64Array;
  y: Float64Array;
}

/** Reads packed curves; the numbers are views of the buffer, nothing is copied. */
export function unpackCurves(buffer: ArrayBuffer): Curve[] {
  const size = new DataView(buffer).getUint32(0, true);
  const text = new TextDecoder().decode(new Uint8Array(buffer, 4, size));
  const header = JSON.parse(text) as CurvesHeader;
  const numbers = new Float64Array(buffer, 4 + size);
  return header.curves.map(({ run, key, count, start, points }) => ({
    run,
    key,
    count,
    x: numbers.subarray(start, start + points),
    y: numbers.subarray(start + points, start + 2 * points)
  }));
}
