/** Completion for the search: fields of the store's grammar, and the keys that runs have. Pure. */

import type { KnownKeys } from './contract';

/** What may stand in place of the word before the caret. */
export interface Completion {
  /** Where that word begins. */
  from: number;
  options: string[];
}

const FIELDS = [
  'metrics.',
  'params.',
  'tags.',
  'name',
  'experiment',
  'status',
  'mark',
  'verdict',
  'started',
  'ended',
  'duration',
  'source',
  'branch',
  'commit',
  'data',
  'code',
  'note',
  'user',
  'parent'
];
const VALUES: Record<string, string[]> = {
  status: ['RUNNING', 'FINISHED', 'FAILED', 'KILLED'],
  mark: [
    'none',
    'dirty-tree',
    'out-of-order',
    'stale',
    'hidden-state',
    'sampled',
    'unseeded',
    'redacted'
  ],
  verdict: [
    'verified-exact',
    'verified-within-tolerance',
    'reproduced-by-full-history',
    'not-reproducible'
  ]
};
const MOST = 12;

export function complete(text: string, caret: number, keys: KnownKeys | null): Completion {
  const before = text.slice(0, caret);
  const word = /[^\s()"'`,=<>!~]*$/.exec(before)![0];
  const from = caret - word.length;
  const field = /([a-z]+)\s*(?:=|!=|in\s*\((?:[^)]*,)?)\s*$/i.exec(before.slice(0, from))?.[1];
  const known = field === 'experiment' ? (keys?.experiments ?? []).map(quoted) : VALUES[field ?? ''];
  const candidates = known ?? [...FIELDS, ...paths(keys)];
  const wanted = word.toLowerCase();
  const starting = candidates.filter(option => option.toLowerCase().startsWith(wanted));
  // a key is also found by its own beginning: auc for metrics.auc
  const inside = candidates.filter(
    option => !starting.includes(option) && option.toLowerCase().includes(`.${wanted}`)
  );
  const options = wanted === '' && known === undefined ? [] : [...starting, ...inside];
  return { from, options: options.filter(option => option !== word).slice(0, MOST) };
}

/** The columns that rows can show and lists can be sorted by. */
export function paths(keys: KnownKeys | null): string[] {
  return [
    ...(keys?.metrics ?? []).map(key => path('metrics', key)),
    ...(keys?.params ?? []).map(key => path('params', key)),
    ...(keys?.tags ?? []).map(key => path('tags', key))
  ];
}

function path(group: string, key: string): string {
  return /^[^\s()"'`,=<>!~]+$/.test(key) ? `${group}.${key}` : `${group}.${quoted(key)}`;
}

function quoted(text: string): string {
  if (/^[\w.-]+$/.test(text)) {
    return text;
  }
  const quote = ['"', "'", '`'].find(mark => !text.includes(mark)) ?? '"';
  return quote + text + quote;
}
