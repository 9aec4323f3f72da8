import { describe, expect, it } from 'vitest';

import { extent, standing } from './intervals';

function estimate(mean: number, half: number | null = null) {
  return { mean, half, count: 3 };
}

describe('who is the best', () => {
  it('is the one whose interval stands apart', () => {
    const found = standing([estimate(0.9, 0.01), estimate(0.95, 0.01), undefined], 'max');
    expect(found).toEqual({ best: [1], ties: [] });
    expect(standing([estimate(0.9, 0.01), estimate(0.95, 0.01)], 'min').best).toEqual([0]);
  });

  it('is a tie where intervals touch', () => {
    const found = standing([estimate(0.94, 0.01), estimate(0.95, 0.01), estimate(0.8)], 'max');
    expect(found).toEqual({ best: [1], ties: [0] });
    expect(standing([estimate(1), estimate(1)], 'max').best).toEqual([0, 1]);
  });

  it('is nobody without a direction, or alone', () => {
    expect(standing([estimate(1), estimate(2)], null).best).toEqual([]);
    expect(standing([estimate(1), undefined], 'max').best).toEqual([]);
  });
});

it('the range holds every interval', () => {
  expect(extent([estimate(1, 0.5), estimate(2), undefined])).toEqual([0.5, 2]);
  expect(extent([estimate(1)])).toBe(null);
  expect(extent([])).toBe(null);
});
