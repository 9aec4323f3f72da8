/** Names that others may rely on. */

export const PLUGIN = 'nbtrail-labextension:panel';

export const PANEL = 'nbtrail-panel';

/** Schema of the server's hints that a trail changed; see `server/events.yml`. */
export const HINT = 'https://events.nbtrail.org/trail/v1';

/** A link to a run, in outputs and texts: this and the run's id. */
export const RUN_LINK = '#nbtrail-run=';

export namespace CommandIDs {
  /** Show the panel. */
  export const show = 'nbtrail:show-runs';
  /** Open a run: `{ id, name?, wide?, notebook? }`, of the trail of that notebook. */
  export const openRun = 'nbtrail:open-run';
  /** Compare runs: `{ ids, notebook?, part? }`; the first of the ids is the reference. */
  export const compare = 'nbtrail:compare';
  /** Make runs of what the notebook's kernel recorded. */
  export const keep = 'nbtrail:keep';
  /** Have each training of the notebook become a run, or no longer. */
  export const toggleTracking = 'nbtrail:toggle-tracking';
  /** Make the model of a run a version: `{ id, name? }`, else of the run under the pointer. */
  export const promote = 'nbtrail:promote';
  /** Make a proven script of a run: `{ id, name? }`, else of the run under the pointer. */
  export const export_ = 'nbtrail:export';
  /** Put a run into the trash: `{ id, name? }`, else the run under the pointer. */
  export const remove = 'nbtrail:delete-run';
  /** List the runs of the notebook's active cell. */
  export const showCellRuns = 'nbtrail:show-cell-runs';
}
