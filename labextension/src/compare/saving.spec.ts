import { describe, expect, it } from 'vitest';

import { comparison } from '../testing/fixtures';
import { toCsv } from './csv';
import { fileName } from './saving';

function lines(params: [string, string | null][]): string[] {
  const rows = params.map(([key, value]) => ({ key, values: [value, '1'], differs: true }));
  return toCsv({ ...comparison, params: rows }).split('\r\n');
}

describe('the table as CSV', () => {
  it('has runs as columns and numbers with all digits', () => {
    const found = lines([['C', null]]);
    expect(found[0]).toBe(',name,forest,linear');
    expect(found).toContain('metrics,accuracy,0.97,NaN');
    expect(found).toContain('params,C,,1');
  });

  it('quotes what needs quotes', () => {
    expect(lines([['a,b', 'say "x"']])).toContain('params,"a,b","say ""x""",1');
  });

  it('holds no formula that a spreadsheet would run', () => {
    const found = lines([['=cmd()', '@x'], ['y', '+1'], ['z', '-0.5'], ['w', '-a']]);
    expect(found).toContain("params,'=cmd(),'@x,1");
    expect(found).toContain('params,y,+1,1');
    expect(found).toContain('params,z,-0.5,1');
    expect(found).toContain("params,w,'-a,1");
  });
});

it('names of files are plain', () => {
  expect(fileName('../a b/é<x>', 'csv')).toBe('a-b-e-x.csv');
  expect(fileName('…', 'png')).toBe('comparison.png');
});
