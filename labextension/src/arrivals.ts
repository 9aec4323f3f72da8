/** Which runs came in while somebody looked: their rows stand out for a moment. */

import type { RunRow } from './contract';

const NEW_MS = 2500;

export class Arrivals {
  /** Take note of rows that were fetched; those newer than all before have just come in. */
  note(rows: readonly RunRow[]): void {
    const before = this._newest;
    for (const row of rows) {
      if (before > 0 && row.started_ms >= before && !this._known.has(row.run_id)) {
        this._arrived.set(row.run_id, Date.now());
      }
      this._known.add(row.run_id);
      this._newest = Math.max(this._newest, row.started_ms);
    }
  }

  isNew(id: string): boolean {
    return Date.now() - (this._arrived.get(id) ?? 0) < NEW_MS;
  }

  /** What is fetched next is nothing new. */
  restart(): void {
    this._known.clear();
    this._newest = 0;
  }

  private readonly _known = new Set<string>();
  private readonly _arrived = new Map<string, number>();
  private _newest = 0;
}
