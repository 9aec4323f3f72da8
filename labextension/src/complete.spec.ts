import { describe, expect, it } from 'vitest';

import { complete } from './complete';
import { keys } from './testing/fixtures';

function options(text: string): string[] {
  return complete(text, text.length, keys).options;
}

describe('completion', () => {
  it('knows fields and keys, by the beginning of either', () => {
    expect(options('metr')).toEqual(['metrics.', 'metrics.auc', 'metrics."test auc"']);
    expect(options('au')).toEqual(['metrics.auc']);
    expect(options('name = x and dep')).toEqual(['params.depth']);
  });

  it('knows the values of fields that have few', () => {
    expect(options('status = F')).toEqual(['FINISHED', 'FAILED']);
    expect(options('mark != ')).toContain('stale');
    expect(options('experiment = ')).toEqual(['penguins']);
  });

  it('says nothing before a word is begun, nor about a finished one', () => {
    expect(options('')).toEqual([]);
    expect(options('metrics.auc > ')).toEqual([]);
    expect(options('metrics.auc')).toEqual([]);
  });

  it('says where the word begins', () => {
    expect(complete('not sta', 7, keys)).toEqual({ from: 4, options: ['status', 'started', 'tags.stage'] });
  });
});
