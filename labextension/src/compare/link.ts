/** A comparison as the address of a page, and back. Pure. */

import { URLExt } from '@jupyterlab/coreutils';

import { MOST_RUNS, PARTS, type Selection } from './selection';

const IDS = 'nbtrail';
const PLACE = 'nbtrail-at';
const PART = 'nbtrail-part';

/** The address that opens a comparison in JupyterLab. */
export function linkTo(baseUrl: string, selection: Selection): string {
  const query = new URLSearchParams({
    [IDS]: selection.ids.join(','),
    [PLACE]: selection.notebook,
    [PART]: selection.part
  });
  // ids are hex, so that their commas can stand as they are
  return `${URLExt.join(baseUrl, 'lab')}?${query.toString().replaceAll('%2C', ',')}`;
}

/** The comparison that the query of an address names, or null. */
export function linkedSelection(search: string): Selection | null {
  const query = new URLSearchParams(search);
  return readSelection({
    ids: query.get(IDS)?.split(','),
    notebook: query.get(PLACE),
    part: query.get(PART)
  });
}

/** Arguments from outside as a selection, or null when they name no runs to compare. */
export function readSelection(given: {
  ids?: unknown;
  notebook?: unknown;
  part?: unknown;
}): Selection | null {
  const named = Array.isArray(given.ids) ? given.ids : [];
  const ids = [...new Set(named.filter(id => typeof id === 'string' && /^[0-9a-f]{32}$/.test(id)))];
  if (ids.length < 2) {
    return null;
  }
  return {
    ids: ids.slice(0, MOST_RUNS),
    notebook: typeof given.notebook === 'string' ? given.notebook : '',
    part: PARTS.find(part => part === given.part) ?? 'table'
  };
}
