import { describe, expect, it } from 'vitest';

import { nearest } from './nearest';
import { smoothed } from './smooth';

describe('smoothing', () => {
  it('leaves a curve as it is without weight, and a constant one with any', () => {
    expect([...smoothed([0, 1, 2], [1, 5, 2], 0)]).toEqual([1, 5, 2]);
    smoothed([0, 1, 5], [3, 3, 3], 0.9).forEach(value => expect(value).toBeCloseTo(3));
  });

  it('stays between the values, and moves less with more weight', () => {
    const x = Float64Array.from({ length: 50 }, (_, n) => n);
    const y = x.map(n => (n < 25 ? 0 : 1));
    const [little, much] = [0.5, 0.95].map(weight => smoothed(x, y, weight));
    expect(Math.min(...much)).toBeGreaterThanOrEqual(0);
    expect(Math.max(...much)).toBeLessThan(1);
    expect(much[30]).toBeLessThan(little[30]);
  });

  it('keeps gaps', () => {
    const found = smoothed([0, 1, 2, 3], [1, NaN, Infinity, 1], 0.9);
    expect(found[1]).toBeNaN();
    expect(found[2]).toBe(Infinity);
    expect(found[3]).toBeCloseTo(1);
  });
});

describe('the point next to the pointer', () => {
  const curves = [
    { run: 0, x: [0, 10, 20], y: [0, 0, 0] },
    { run: 3, x: [5, 15], y: [30, null] }
  ];
  const pixels = (value: number) => value;

  it('is that of the nearest curve', () => {
    expect(nearest(curves, { left: 9, top: 2 }, pixels, 9)).toEqual({ run: 0, x: 10, y: 0 });
    expect(nearest(curves, { left: 9, top: 28 }, pixels, 9)).toEqual({ run: 3, x: 5, y: 30 });
  });

  it('is none far away', () => {
    expect(nearest(curves, { left: 9, top: 400 }, pixels, 9)).toBe(null);
    expect(nearest([], { left: 0, top: 0 }, pixels, 0)).toBe(null);
  });
});
