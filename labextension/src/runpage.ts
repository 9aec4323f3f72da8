/** One run that is looked at: its document, or why there is none, and what is asked beside it. */

import { type ISignal, Signal } from '@lumino/signaling';

import { type ApiError, asApiError, type RunEdit, type RunsApi } from './api';
import type { Ancestry, RunChanges, RunCurves, RunDetail, UncommittedChanges } from './contract';

export class RunPage {
  detail: RunDetail | null = null;
  error: ApiError | null = null;
  /** Why the last change was refused. */
  editError: ApiError | null = null;
  /** Grows with each change, for `useSyncExternalStore`. */
  version = 0;

  constructor(
    private readonly api: RunsApi,
    readonly notebook: string,
    readonly id: string,
    private _name: string
  ) {}

  /** Emitted when anything above changed. */
  get changed(): ISignal<this, void> {
    return this._changed;
  }

  get name(): string {
    return this.detail?.name ?? this._name;
  }

  get running(): boolean {
    return this.detail?.status === 'RUNNING';
  }

  /** Ask for the document; what is there stays until the answer. */
  async refresh(): Promise<void> {
    this._asked += 1;
    const asked = this._asked;
    try {
      const detail = await this.api.run(this.notebook, this.id);
      if (asked !== this._asked) {
        return;
      }
      this.detail = detail;
      this.error = null;
    } catch (error) {
      this.error = asApiError(error);
    }
    this._notify();
  }

  /** Change name, note or tags; says whether it was done. */
  async edit(change: RunEdit): Promise<boolean> {
    this._asked += 1;
    try {
      this.detail = await this.api.edit(this.notebook, this.id, change);
      this.editError = null;
    } catch (error) {
      this.editError = asApiError(error);
    }
    this._notify();
    return this.editError === null;
  }

  changes(): Promise<RunChanges> {
    return this.api.changes(this.notebook, this.id);
  }

  diff(): Promise<UncommittedChanges> {
    return this.api.diff(this.notebook, this.id);
  }

  lineage(): Promise<Ancestry> {
    return this.api.lineage(this.notebook, this.id);
  }

  curves(keys: readonly string[], axis: string): Promise<RunCurves> {
    return this.api.curves(this.notebook, this.id, keys, axis);
  }

  artifact(path: string): Promise<Blob> {
    return this.api.artifact(this.notebook, this.id, path);
  }

  private _notify(): void {
    this.version += 1;
    this._changed.emit();
  }

  private readonly _changed = new Signal<this, void>(this);
  private _asked = 0;
}
