/** Names that others may rely on. */

export const PLUGIN = 'nbtrail-labextension:panel';

export const PANEL = 'nbtrail-panel';

/** Schema of the server's hints that a trail changed; see `server/events.yml`. */
export const HINT = 'https://events.nbtrail.org/trail/v1';

export namespace CommandIDs {
  export const show = 'nbtrail:show-runs';
}
