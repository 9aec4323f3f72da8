import { describe, expect, it, vi } from 'vitest';

import type { Actions } from './actions';
import { actionsOnDemand } from './ondemand';

describe('actions that are loaded with the first of them', () => {
  it('are loaded once, and given what they were asked with', async () => {
    const verify = vi.fn();
    const load = vi.fn(async () => ({ verify }) as unknown as Actions);
    const actions = actionsOnDemand(load);
    expect(load).not.toHaveBeenCalled();
    actions.verify('a');
    actions.verify('b');
    await vi.waitFor(() => expect(verify.mock.calls).toEqual([['a'], ['b']]));
    expect(load).toHaveBeenCalledTimes(1);
  });

  it('are asked for again when they could not be loaded', async () => {
    const told = vi.fn();
    const verify = vi.fn();
    let there = false;
    const actions = actionsOnDemand(async () => {
      if (!there) {
        throw new Error('away');
      }
      return { verify } as unknown as Actions;
    }, told);
    actions.verify('a');
    await vi.waitFor(() => expect(told).toHaveBeenCalledTimes(1));
    there = true;
    actions.verify('b');
    await vi.waitFor(() => expect(verify).toHaveBeenCalledExactlyOnceWith('b'));
  });
});
