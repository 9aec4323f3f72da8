import { describe, expect, it } from 'vitest';

import { id } from '../testing/comparing';
import { linkedSelection, linkTo, readSelection } from './link';

describe('a link', () => {
  it('opens what it was made of, below any base URL', () => {
    const selection = { ids: [id('b'), id('a')], notebook: 'p q/n&m.ipynb', part: 'curves' } as const;
    const link = linkTo('http://host/hub/user/', selection);
    expect(link).toMatch(/^http:\/\/host\/hub\/user\/lab\?nbtrail=/);
    expect(linkedSelection(new URL(link).search)).toEqual(selection);
  });

  it('of something else opens nothing', () => {
    expect(linkedSelection('')).toBe(null);
    expect(linkedSelection(`?nbtrail=${id('a')}`)).toBe(null);
    expect(linkedSelection(`?nbtrail=<b>,${id('a')}`)).toBe(null);
  });
});

describe('arguments of the command', () => {
  it('keep to ids, each once, and a hundred of them', () => {
    const ids = Array.from({ length: 120 }, (_, n) => id(n.toString(16)));
    const found = readSelection({ ids: [...ids, ids[0], 7, 'x'], part: 'nonsense' });
    expect(found?.ids).toEqual(ids.slice(0, 100));
    expect(found?.part).toBe('table');
    expect(readSelection({ ids: [ids[0], ids[0]] })).toBe(null);
  });
});
