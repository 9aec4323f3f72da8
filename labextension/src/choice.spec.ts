import { describe, expect, it } from 'vitest';

import { TrailChoice } from './choice';
import { status } from './testing/fixtures';

function choice(notebook: string, pinned: string | null, ...projects: string[]): TrailChoice {
  const made = new TrailChoice();
  made.notebook = notebook;
  made.pinned = pinned;
  made.trails = projects.map(project => ({ project, changed_ms: 0 }));
  return made;
}

describe('the trail that is looked at', () => {
  it('is the notebook’s, until one is pinned', () => {
    expect(choice('a/x.ipynb', null, 'a', 'b').place).toBe('a/x.ipynb');
    expect(choice('a/x.ipynb', 'b', 'a', 'b').place).toBe('b/');
    expect(choice('', 'b').place).toBe('b/');
  });

  it('keeps the notebook while it belongs to the pinned trail, and to none within it', () => {
    expect(choice('a/x.ipynb', 'a', 'a', 'b').place).toBe('a/x.ipynb');
    expect(choice('a/in/x.ipynb', 'a', 'a', 'a/in').place).toBe('a/');
    expect(choice('ab/x.ipynb', 'a', 'a').place).toBe('a/');
    expect(choice('a/x.ipynb', '', '', 'a').place).toBe('');
    expect(choice('x.ipynb', '', '', 'a').place).toBe('x.ipynb');
  });

  it('has gone when the answer is about another one, or about none', () => {
    const found = { ...status, store: 'found' as const, project: 'a' };
    expect(choice('', 'a').hasGone(found)).toBe(false);
    expect(choice('', 'b').hasGone(found)).toBe(true);
    expect(choice('', 'a').hasGone({ ...found, store: 'absent' })).toBe(true);
    expect(choice('', null).hasGone({ ...found, store: 'absent' })).toBe(false);
  });

  it('offers what is not shown already, and a pinned one even when it was not found', () => {
    expect(choice('', null, 'a').others('a')).toEqual([]);
    expect(choice('', null, 'b', 'a').others('a')).toEqual(['b']);
    expect(choice('', 'gone', 'b', 'a').others('')).toEqual(['a', 'b', 'gone']);
  });
});
