/** Keeps what a canvas shows as wide as its place, and in the theme's colours. */

/** What the browser paints once; a new theme needs another one. */
export interface Painted {
  readonly width: number;
  setSize(size: { width: number; height: number }): void;
  destroy(): void;
}

/** One that stays as it should be until it is taken away. */
export interface Kept<T extends Painted> {
  /** The one that is seen now. */
  readonly now: T;
  dispose(): void;
}

/**
 * Paint, again when the theme changes, and fit to the place when its width changes.
 *
 * @param repainted - told when a new one took the place of another one.
 */
export function keepPainted<T extends Painted>(
  place: HTMLElement,
  height: number,
  paint: () => T,
  repainted: () => void = () => undefined
): Kept<T> {
  let now = paint();
  const size = new ResizeObserver(() => {
    if (place.clientWidth !== now.width && place.clientWidth > 0) {
      now.setSize({ width: place.clientWidth, height });
    }
  });
  size.observe(place);
  const theme = new MutationObserver(() => {
    now.destroy();
    now = paint();
    repainted();
  });
  theme.observe(document.body, { attributes: true, attributeFilter: ['data-jp-theme-name'] });
  return {
    get now() {
      return now;
    },
    dispose: () => {
      size.disconnect();
      theme.disconnect();
      now.destroy();
    }
  };
}
