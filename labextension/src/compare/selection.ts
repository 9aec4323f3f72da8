/** What is compared, and which part of it is shown. */

/** The server takes no more. */
export const MOST_RUNS = 100;

export const PARTS = [
  'table',
  'curves',
  'why',
  'data',
  'code',
  'images',
  'statistics',
  'plots'
] as const;

export type Part = (typeof PARTS)[number];

/** What opens a comparison: arguments of the command, of the layout and of a link. */
export interface Selection {
  /** The others are held against the first one. */
  ids: readonly string[];
  /** A file of the project whose runs they are, relative to the server's root. */
  notebook: string;
  part: Part;
}
