/** Title and legend around a plot that is saved as a picture. Pure: where everything stands. */

/** Widths and heights in pixels of the page. */
export const LINE = 20;
export const PAD = 12;
const COLUMN = 200;
/** Letters of a name that there is room for. */
const MOST = 24;

/** A run of the legend by its name, and where it stands among the compared ones. */
export interface Named {
  name: string;
  position: number;
}

/** What a run looks like in the plot: a point, or a line. */
export type Mark = 'point' | 'line';

export interface Caption {
  width: number;
  height: number;
  /** Where the plot begins. */
  plot: { left: number; top: number };
  /** Where the name of each run begins, and what is written there. */
  entries: { left: number; top: number; text: string; position: number }[];
}

/** Stand a title above a plot and the names of its runs below it, in columns. */
export function captioned(
  plot: { width: number; height: number },
  runs: readonly Named[]
): Caption {
  const columns = Math.max(1, Math.floor(plot.width / COLUMN));
  const top = 2 * PAD + LINE;
  const below = top + plot.height + (runs.length > 0 ? PAD : 0);
  return {
    width: plot.width + 2 * PAD,
    height: below + Math.ceil(runs.length / columns) * LINE + PAD,
    plot: { left: PAD, top },
    entries: runs.map(({ name, position }, index) => ({
      left: PAD + (index % columns) * COLUMN,
      top: below + Math.floor(index / columns) * LINE,
      text: name.length > MOST ? `${name.slice(0, MOST - 1)}…` : name,
      position
    }))
  };
}
