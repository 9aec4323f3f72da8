import * as React from 'react';
import { act } from 'react';
import { createRoot } from 'react-dom/client';
import { describe, expect, it, vi } from 'vitest';

import { Careful } from './Careful';

describe('a drawing that fails', () => {
  it('is given up once, and leaves nothing behind', async () => {
    vi.stubGlobal('IS_REACT_ACT_ENVIRONMENT', true);
    // jsdom would print it as one that nobody caught
    window.addEventListener('error', event => event.preventDefault());
    vi.spyOn(console, 'warn').mockReturnValue();
    vi.spyOn(console, 'error').mockReturnValue();
    const giveUp = vi.fn();
    const Failing = (): React.ReactElement => {
      throw new Error('a mistake');
    };
    const element = document.createElement('div');
    const root = createRoot(element);
    const draw = (child: React.ReactElement) =>
      act(async () => root.render(<Careful giveUp={giveUp}>{child}</Careful>));
    await draw(<p>well</p>);
    expect(element.textContent).toBe('well');
    expect(giveUp).not.toHaveBeenCalled();
    await draw(<Failing />);
    expect(element.textContent).toBe('');
    await vi.waitFor(() => expect(giveUp).toHaveBeenCalledTimes(1));
    vi.restoreAllMocks();
    vi.unstubAllGlobals();
  });
});
