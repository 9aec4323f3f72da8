/** What the panel shows: pages of runs, one open run, and when to ask the server again. */

import { type ISignal, Signal } from '@lumino/signaling';

import { ApiError, type Filter, type RunsApi } from './api';
import type { RunDetail, RunRow, StatusReport } from './contract';

export const PAGE = 100;
const ARRIVAL_MS = 2500;

/** The run that is open, its document or why there is none. */
export interface OpenRun {
  id: string;
  name: string;
  detail: RunDetail | null;
  error: ApiError | null;
}

/**
 * Holds a cache of pages. Old rows stay on the screen until newer ones arrive; answers
 * to questions that are out of date are dropped. Nothing is asked while not visible.
 */
export class RunsModel {
  status: StatusReport | null = null;
  error: ApiError | null = null;
  filter: Filter = { text: '', order: 'started', descending: true, here: false };
  total = 0;
  /** Position of the row that the keyboard is on. */
  active = 0;
  open: OpenRun | null = null;
  /** Grows with each change, for `useSyncExternalStore`. */
  version = 0;

  constructor(private readonly api: RunsApi) {}

  /** Emitted when anything above changed. */
  get changed(): ISignal<this, void> {
    return this._changed;
  }

  /** Whether the first answer is still awaited. */
  get loading(): boolean {
    return this.status === null && this.error === null;
  }

  /** Milliseconds since the epoch by the server's clock. */
  now(): number {
    return Date.now() + this._skew;
  }

  /** The row at a position, if it has been fetched. */
  row(index: number): RunRow | undefined {
    return this._pages.get(Math.floor(index / PAGE))?.[index % PAGE];
  }

  /** Whether a run came in a moment ago, while the panel was looking. */
  isNew(id: string): boolean {
    return Date.now() - (this._arrived.get(id) ?? 0) < ARRIVAL_MS;
  }

  /** Show or hide; what changed in between is fetched on show. */
  setVisible(visible: boolean): void {
    this._visible = visible;
    if (visible && this._stale) {
      void this.refresh();
    }
  }

  get visible(): boolean {
    return this._visible;
  }

  /** The notebook that the user works in; its project is shown. */
  setNotebook(path: string): void {
    if (path !== this._notebook) {
      this._notebook = path;
      this.invalidate();
    }
  }

  setFilter(change: Partial<Filter>): void {
    this.filter = { ...this.filter, ...change };
    this._generation += 1;
    this._known.clear();
    this._range = [0, 0];
    this.active = 0;
    this._notify();
    void this.refresh();
  }

  /** The rows on the screen: the pages they stand on are fetched when missing. */
  setRange(first: number, last: number): void {
    this._range = [Math.floor(first / PAGE), Math.floor(last / PAGE)];
    const missing = this._visiblePages().filter(
      page => !this._pages.has(page) && !this._asked.has(page)
    );
    if (missing.length > 0 && this.status?.store === 'found') {
      missing.forEach(page => this._asked.add(page));
      void this._guard(() => this._fetch(missing)).then(() =>
        missing.forEach(page => this._asked.delete(page))
      );
    }
  }

  /** Something changed on the server: ask again, now or when shown. */
  invalidate(): void {
    this._stale = true;
    if (this._visible) {
      void this.refresh();
    }
  }

  /** A hint from the server about the trail of a project. */
  hint(project: string): void {
    const shown = this.status;
    if (shown === null || shown.store !== 'found' || shown.project === project) {
      this.invalidate();
    }
  }

  /** Whether a row on the screen, or the open run, is still running. */
  get anyRunning(): boolean {
    const rows = this._visiblePages().flatMap(page => this._pages.get(page) ?? []);
    return (
      rows.some(row => row.status === 'RUNNING') || this.open?.detail?.status === 'RUNNING'
    );
  }

  /** Ask for everything that is on the screen. One question at a time; the last one wins. */
  async refresh(): Promise<void> {
    if (this._refreshing) {
      this._again = true;
      return;
    }
    this._refreshing = true;
    do {
      this._again = false;
      this._stale = false;
      await this._guard(() => this._refreshOnce());
    } while (this._again);
    this._refreshing = false;
  }

  /** Open a run beside the list; the list keeps its place. */
  async openRun(id: string, name: string): Promise<void> {
    this.open = { id, name, detail: null, error: null };
    this._notify();
    await this._fetchOpen();
  }

  closeRun(): void {
    this.open = null;
    this._notify();
  }

  /** Move the keyboard's row, within the list. */
  setActive(index: number): void {
    this.active = Math.max(0, Math.min(this.total - 1, index));
    this._notify();
  }

  private async _refreshOnce(): Promise<void> {
    const notebook = this._notebook;
    const status = await this.api.status(notebook);
    if (notebook !== this._notebook) {
      return;
    }
    if (status.store !== this.status?.store || status.project !== this.status?.project) {
      this._generation += 1;
      this._pages.clear();
      this._known.clear();
    }
    this._skew = status.now_ms - Date.now();
    this.status = status;
    if (status.store === 'found') {
      await this._fetch(this._visiblePages(), true);
      await this._fetchOpen();
    } else {
      this.total = 0;
    }
    this.error = null;
    this._notify();
  }

  private async _fetch(pages: number[], forget = false): Promise<void> {
    const generation = this._generation;
    const answers = await Promise.all(
      pages.map(page => this.api.runs(this._notebook, this.filter, page * PAGE, PAGE))
    );
    if (generation !== this._generation) {
      return;
    }
    if (forget) {
      this._pages.clear();
    }
    answers.forEach((answer, index) => {
      this._pages.set(pages[index], answer.runs);
      this.total = answer.total;
    });
    this._noteArrivals(answers.flatMap(answer => answer.runs));
    this._notify();
  }

  private _noteArrivals(rows: RunRow[]): void {
    const newest = Math.max(0, ...this._known.values());
    for (const row of rows) {
      if (this._known.size > 0 && !this._known.has(row.run_id) && row.started_ms >= newest) {
        this._arrived.set(row.run_id, Date.now());
      }
    }
    rows.forEach(row => this._known.set(row.run_id, row.started_ms));
  }

  private async _fetchOpen(): Promise<void> {
    const asked = this.open;
    if (asked === null) {
      return;
    }
    let answer: OpenRun;
    try {
      const detail = await this.api.run(this._notebook, asked.id);
      answer = { id: asked.id, name: detail.name, detail, error: null };
    } catch (error) {
      answer = { ...asked, error: asApiError(error) };
    }
    if (this.open?.id === asked.id) {
      this.open = answer;
      this._notify();
    }
  }

  private async _guard(work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch (error) {
      this.error = asApiError(error);
      this._notify();
    }
  }

  private _visiblePages(): number[] {
    const [first, last] = this._range;
    return Array.from({ length: last - first + 1 }, (_, index) => first + index);
  }

  private _notify(): void {
    this.version += 1;
    this._changed.emit();
  }

  private readonly _changed = new Signal<this, void>(this);
  private readonly _pages = new Map<number, RunRow[]>();
  private readonly _asked = new Set<number>();
  private readonly _known = new Map<string, number>();
  private readonly _arrived = new Map<string, number>();
  private _range: [number, number] = [0, 0];
  private _generation = 0;
  private _notebook = '';
  private _skew = 0;
  private _visible = false;
  private _stale = true;
  private _refreshing = false;
  private _again = false;
}

function asApiError(error: unknown): ApiError {
  return error instanceof ApiError ? error : new ApiError('failed', String(error));
}
