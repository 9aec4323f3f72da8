import { describe, expect, it } from 'vitest';

import { bare, scaleOf } from './scales';

describe('an axis', () => {
  it('of numbers goes from the lowest to the highest', () => {
    const scale = scaleOf(['1', '2', null, 5]);
    expect([1, '3', 5, null].map(value => scale.at(value))).toEqual([0, 0.5, 1, null]);
    expect(scale.ticks.map(tick => tick.text)).toEqual(['1', '2', '3', '4', '5']);
  });

  it('of many decades has powers', () => {
    const scale = scaleOf(['1e-4', '0.01', '1']);
    expect(scale.at('0.01')).toBeCloseTo(0.5);
    expect(scale.at(0)).toBe(null);
    expect(scale.ticks.map(tick => tick.text)).toEqual(['1e−4', '0.001', '0.01', '0.1', '1']);
  });

  it('of names has each once, without quotes', () => {
    const scale = scaleOf(["'rbf'", "'linear'", "'rbf'", '7']);
    expect(scale.ticks.map(tick => tick.text)).toEqual(['linear', 'rbf', '7']);
    expect(scale.at("'rbf'")).toBe(0.5);
    expect(scale.at("'poly'")).toBe(null);
  });

  it('has no place for what is no number among numbers', () => {
    const scale = scaleOf([1, 'NaN', 'Infinity', 3]);
    expect(scale.at('NaN')).toBe(null);
    expect(scale.at(3)).toBe(1);
  });

  it('of one value has it in the middle', () => {
    expect(scaleOf([4, 4]).at(4)).toBe(0.5);
    expect(scaleOf([]).ticks).toEqual([]);
  });
});

it('texts lose the quotes of their repr alone', () => {
  expect([`'a'`, `"b"`, `'c"`, `'`, `d`].map(bare)).toEqual(['a', 'b', `'c"`, `'`, 'd']);
});
