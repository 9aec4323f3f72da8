import { Notification } from '@jupyterlab/apputils';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';

import { afterStart, loaded } from './loading';

vi.mock('@jupyterlab/apputils', () => ({ Notification: { error: vi.fn() } }));

const trans = { __: (text: string) => text, _n: (one: string) => one };

describe('parts that are loaded later', () => {
  it('come when they are there, without a word', async () => {
    expect(await loaded(Promise.resolve('part'), trans)).toBe('part');
    expect(Notification.error).not.toHaveBeenCalled();
  });

  it('that are gone say to reload the page', async () => {
    await expect(loaded(Promise.reject(new Error('404')), trans)).rejects.toThrow('404');
    expect(Notification.error).toHaveBeenCalledExactlyOnceWith(
      expect.stringContaining('reload the page')
    );
  });
});

describe('what is done after the start', () => {
  beforeEach(() => vi.useFakeTimers());
  afterEach(() => vi.useRealTimers());

  it('waits for JupyterLab, then for quiet', async () => {
    const work = vi.fn();
    let start = () => undefined as void;
    void afterStart(new Promise<void>(resolve => (start = resolve)), work);
    await vi.advanceTimersByTimeAsync(60_000);
    expect(work).not.toHaveBeenCalled();
    start();
    await vi.advanceTimersByTimeAsync(2000);
    expect(work).not.toHaveBeenCalled();
    await vi.advanceTimersByTimeAsync(2000);
    expect(work).toHaveBeenCalledTimes(1);
  });
});
