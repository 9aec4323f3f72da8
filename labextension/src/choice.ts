/** Which trail is looked at: that of the notebook on top, or one that is pinned. Pure. */

import type { StatusReport, TrailPlace } from './contract';

export class TrailChoice {
  /** Path of the notebook on top, relative to the server's root. */
  notebook = '';
  /** Folder of the project whose trail is shown whatever is on top; null to follow the notebook. */
  pinned: string | null = null;
  /** The trails that the server found; null before it was asked. */
  trails: readonly TrailPlace[] | null = null;

  /** What the server is asked about: a notebook, or a folder with a slash at its end. */
  get place(): string {
    const { pinned } = this;
    if (pinned === null || this._owner() === pinned) {
      return this.notebook;
    }
    return pinned && `${pinned}/`;
  }

  /** Whether an answer is about another trail than the pinned one: that one has gone. */
  hasGone(status: StatusReport): boolean {
    return this.pinned !== null && (status.store !== 'found' || status.project !== this.pinned);
  }

  /** The other trails to choose from, and the pinned one. */
  others(shown: string): string[] {
    const found = this.trails?.map(one => one.project) ?? [];
    return [...new Set([...found, ...(this.pinned === null ? [] : [this.pinned])])]
      .filter(project => project !== shown || this.pinned !== null)
      .sort();
  }

  /** The project that the notebook belongs to, as far as projects are known. */
  private _owner(): string | undefined {
    const known = [this.pinned!, ...(this.trails?.map(one => one.project) ?? [])];
    return known
      .filter(project => project === '' || this.notebook.startsWith(`${project}/`))
      .sort((one, other) => other.length - one.length)[0];
  }
}
