import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';

import { keepPainted } from './redraw';

let resized: () => void;

beforeEach(() =>
  vi.stubGlobal(
    'ResizeObserver',
    class {
      constructor(tell: () => void) {
        resized = tell;
      }
      observe(): void {}
      disconnect(): void {
        resized = () => undefined;
      }
    }
  )
);
afterEach(() => vi.unstubAllGlobals());

function painting(width: number) {
  const place = document.createElement('div');
  const told: string[] = [];
  Object.defineProperty(place, 'clientWidth', { get: () => width, configurable: true });
  let painted = 0;
  const kept = keepPainted(
    place,
    100,
    () => {
      const name = ++painted;
      return {
        width: 300,
        setSize: size => told.push(`${name} is ${size.width} x ${size.height}`),
        destroy: () => told.push(`${name} is gone`)
      };
    },
    () => told.push('repainted')
  );
  return { kept, told };
}

describe('what is painted', () => {
  it('follows the width of its place', () => {
    const { kept, told } = painting(500);
    resized();
    expect(told).toEqual(['1 is 500 x 100']);
    kept.dispose();
    resized();
    expect(told).toEqual(['1 is 500 x 100', '1 is gone']);
  });

  it('stays while its place is hidden, or as wide as it is', () => {
    for (const width of [0, 300]) {
      const { told } = painting(width);
      resized();
      expect(told).toEqual([]);
    }
  });

  it('is painted again in the colours of a new theme', async () => {
    const { kept, told } = painting(300);
    const first = kept.now;
    document.body.setAttribute('data-jp-theme-name', 'Dark');
    await Promise.resolve();
    expect(told).toEqual(['1 is gone', 'repainted']);
    expect(kept.now).not.toBe(first);
    kept.dispose();
    document.body.setAttribute('data-jp-theme-name', 'Light');
    await Promise.resolve();
    expect(told).toEqual(['1 is gone', 'repainted', '2 is gone']);
  });
});
