/** The MIME types of our own that a notebook's output may hold, and what each one holds. */

import type { NotebookComparison, RunDetail, RunsPage, Why } from '../contract';

/** A document of a type that is known. A newer contract has another type, which is not. */
export type Output =
  | { kind: 'runs'; document: RunsPage }
  | { kind: 'run'; document: RunDetail }
  | { kind: 'compare'; document: NotebookComparison }
  | { kind: 'why'; document: Why };

/** MIME type, its kind here, and its name in the contract. */
export const TYPES: readonly (readonly [mime: string, kind: Output['kind'], name: string])[] = [
  ['application/vnd.nbtrail.runs.v1+json', 'runs', 'runs_page'],
  ['application/vnd.nbtrail.run.v1+json', 'run', 'run_detail'],
  ['application/vnd.nbtrail.compare.v1+json', 'compare', 'notebook_comparison'],
  ['application/vnd.nbtrail.why.v1+json', 'why', 'why']
];
