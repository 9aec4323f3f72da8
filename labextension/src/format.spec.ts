import { describe, expect, it } from 'vitest';

import {
  baseName,
  formatAge,
  formatCount,
  formatDuration,
  formatNumber,
  formatRough,
  formatSize
} from './format';

describe('numbers', () => {
  it.each([
    [0.9736842, '0.9737'],
    [0.906977, '0.9070'],
    [0.5, '0.5'],
    [1, '1'],
    [-0.25, '−0.25'],
    [12345.678, '12345.7'],
    [123456789, '1.235e8'],
    [0.000012345, '1.234e−5'],
    [0.00001, '1e−5'],
    [0, '0'],
    ['NaN', 'NaN'],
    ['-Infinity', '−∞'],
    [null, '']
  ] as const)('%s reads %s', (value, text) => {
    expect(formatNumber(value)).toBe(text);
  });

  it('rough ones have two digits', () => {
    expect([0.012345, 1, -0.5, 'NaN' as const, null].map(formatRough)).toEqual([
      '0.012',
      '1',
      '−0.5',
      'NaN',
      ''
    ]);
  });

  it('counts have spaces between thousands', () => {
    expect(formatCount(1234567)).toBe('1\u202f234\u202f567');
    expect(formatCount(999)).toBe('999');
  });
});

describe('times', () => {
  it.each([
    [3, '3 ms'],
    [1500, '1.5 s'],
    [42_900, '42 s'],
    [61_000, '1 min 1 s'],
    [3_720_000, '1 h 2 min']
  ])('%i ms lasted %s', (ms, text) => {
    expect(formatDuration(ms)).toBe(text);
  });

  it.each([
    [-5, 'just now'],
    [59_999, '59 s ago'],
    [60_000, '1 min ago'],
    [7_200_000, '2 h ago'],
    [86_400_000 * 3, '3 d ago'],
    [86_400_000 * 90, '3 mo ago']
  ])('%i ms ago is %s', (ms, text) => {
    expect(formatAge(ms)).toBe(text);
  });
});

it('sizes and names', () => {
  expect(formatSize(999)).toBe('999 B');
  expect(formatSize(1234)).toBe('1.2 kB');
  expect(formatSize(52_000_000)).toBe('52 MB');
  expect(baseName('a/b/c.ipynb')).toBe('c.ipynb');
});
