/** Where headers and runs of several groups stand in one long list. Pure. */

export interface Group {
  key: string;
  total: number;
}

/** What stands at a position of the list. */
export type Place =
  | { kind: 'group'; group: Group; open: boolean }
  | { kind: 'run'; group: Group; index: number };

/**
 * A list of groups, each with a header above its runs. A closed group is its header alone; with
 * `headers` false there are only runs.
 */
export class Layout {
  readonly length: number;

  constructor(
    readonly groups: readonly Group[],
    private readonly closed: ReadonlySet<string>,
    readonly headers: boolean
  ) {
    let start = 0;
    for (const group of groups) {
      this._starts.push(start);
      start += (headers ? 1 : 0) + (this._isOpen(group) ? group.total : 0);
    }
    this.length = start;
  }

  at(position: number): Place | undefined {
    if (position < 0 || position >= this.length) {
      return undefined;
    }
    const found = this._groupAt(position);
    const group = this.groups[found];
    const index = position - this._starts[found] - (this.headers ? 1 : 0);
    return index < 0
      ? { kind: 'group', group, open: this._isOpen(group) }
      : { kind: 'run', group, index };
  }

  /** Position of a group's header, or of its first run where there are no headers. */
  startOf(key: string): number {
    const found = this.groups.findIndex(group => group.key === key);
    return found < 0 ? 0 : this._starts[found];
  }

  /** Each group of which runs stand between two positions, with the first and last of them. */
  between(first: number, last: number): { group: Group; first: number; last: number }[] {
    const parts: { group: Group; first: number; last: number }[] = [];
    const end = Math.min(last, this.length - 1);
    let position = Math.max(0, first);
    while (position <= end) {
      const found = this._groupAt(position);
      const group = this.groups[found];
      const head = this._starts[found] + (this.headers ? 1 : 0);
      const next = this._starts[found + 1] ?? this.length;
      const from = Math.max(0, position - head);
      const to = Math.min(end, next - 1) - head;
      if (to >= from) {
        parts.push({ group, first: from, last: to });
      }
      position = next;
    }
    return parts;
  }

  private _isOpen(group: Group): boolean {
    return !(this.headers && this.closed.has(group.key));
  }

  private _groupAt(position: number): number {
    let low = 0;
    let high = this._starts.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (this._starts[middle] <= position) {
        low = middle;
      } else {
        high = middle - 1;
      }
    }
    // groups without a row stand at the same place: the last of them holds it
    return low;
  }

  private readonly _starts: number[] = [];
}
