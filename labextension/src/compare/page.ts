/** The runs that are compared in one tab: their ids, the answers about them, and errors. */

import { type ISignal, Signal } from '@lumino/signaling';

import { type ApiError, asApiError, type CompareApi } from '../api';
import type { ComparedRun, Comparison, ComparisonStatistics, RunRow, Why } from '../contract';
import type { Curve } from '../curves';
import { linkTo } from './link';
import { MOST_RUNS, type Part, type Selection } from './selection';

/** Hints come with each commit; the runs are asked for at most so often. */
const PAUSE_MS = 1500;

export class ComparePage {
  /** What the server said last; its runs may not be those of `ids` while an answer is awaited. */
  found: Comparison | null = null;
  error: ApiError | null = null;
  loading = false;
  /** Rows are shown whose key contains it. */
  text = '';
  /** Grows with each answer about the runs. */
  answers = 0;
  /** Grows with each change, for `useSyncExternalStore`. */
  version = 0;

  /** Path of a file in the project whose runs they are. */
  readonly notebook: string;

  /**
   * @param key - tells the views of several comparisons apart.
   * @param selection - 2 to 100 runs; the others are held against the first one.
   * @param baseUrl - of the server, for links.
   */
  constructor(
    private readonly api: CompareApi,
    readonly key: string,
    selection: Selection,
    private readonly baseUrl = ''
  ) {
    this.notebook = selection.notebook;
    this._ids = selection.ids;
    this._part = selection.part;
  }

  /** Emitted when anything above changed. */
  get changed(): ISignal<this, void> {
    return this._changed;
  }

  /** Emitted when the tab would be opened in another way now: for layout and link. */
  get moved(): ISignal<this, void> {
    return this._moved;
  }

  get ids(): readonly string[] {
    return this._ids;
  }

  get part(): Part {
    return this._part;
  }

  /** The address that opens it as it is now. */
  get link(): string {
    return linkTo(this.baseUrl, this);
  }

  get runs(): readonly ComparedRun[] {
    return this.found?.runs ?? [];
  }

  get running(): boolean {
    return this.runs.some(run => run.status === 'RUNNING');
  }

  /** Whether there are rows on the server that are not here. */
  get hasMore(): boolean {
    const { found } = this;
    return (
      found !== null &&
      (found.params.length < found.params_total ||
        found.metrics.length < found.metrics_total ||
        found.environment.length < found.environment_total)
    );
  }

  /** The run that the server no longer knows, when that is what went wrong. */
  get missing(): string | undefined {
    const { error } = this;
    return error?.code === 'not-found'
      ? this._ids.find(id => error.message.includes(id))
      : undefined;
  }

  /** Position of the run that is held against the reference where there is room for one only. */
  get other(): number {
    return Math.max(1, this.runs.findIndex(run => run.run_id === this._other));
  }

  setOther(id: string): void {
    this._other = id;
    this._notify();
  }

  setPart(part: Part): void {
    this._part = part;
    this._moved.emit();
    this._notify();
  }

  setIds(ids: readonly string[]): void {
    this._ids = ids;
    this._moved.emit();
    void this.refresh();
  }

  addRun(id: string): void {
    if (!this._ids.includes(id) && this._ids.length < MOST_RUNS) {
      this.setIds([...this._ids, id]);
    }
  }

  removeRun(id: string): void {
    if (this._ids.length > 2) {
      this.setIds(this._ids.filter(one => one !== id));
    }
  }

  /** Hold the others against this run. */
  setReference(id: string): void {
    if (this._ids.includes(id)) {
      this.setIds([id, ...this._ids.filter(one => one !== id)]);
    }
  }

  /** Keep to the rows whose key contains a text; the server is asked when it has more of them. */
  setText(text: string): void {
    const whole = this.text === '' && !this.hasMore;
    this.text = text;
    this._notify();
    if (!whole || this._askedText !== '') {
      clearTimeout(this._typing);
      this._typing = setTimeout(() => void this.refresh(), 200);
    }
  }

  /** Somebody looks, or nobody does: then nothing is asked. */
  setVisible(visible: boolean): void {
    this._visible = visible;
    if (visible && this._stale) {
      void this.refresh();
    }
  }

  /** Something changed on the server. */
  hint(): void {
    this._stale = true;
    if (this._visible && this._waiting === undefined) {
      this._waiting = setTimeout(() => {
        this._waiting = undefined;
        if (this._visible) {
          void this.refresh();
        }
      }, PAUSE_MS);
    }
  }

  /** Ask for the comparison; what is there stays until the answer. */
  async refresh(): Promise<void> {
    this._stale = false;
    await this._ask(0, found => {
      this.found = found;
      this.answers += 1;
    });
  }

  /** Ask for the next rows. */
  async loadMore(): Promise<void> {
    const before = this.found;
    if (before === null || this.loading || !this.hasMore) {
      return;
    }
    const here = Math.max(before.params.length, before.metrics.length, before.environment.length);
    await this._ask(here, more => {
      this.found = {
        ...before,
        params: [...before.params, ...more.params],
        metrics: [...before.metrics, ...more.metrics],
        environment: [...before.environment, ...more.environment]
      };
    });
  }

  /** All rows, for a file; those that are missing are asked for. */
  async whole(): Promise<Comparison | null> {
    for (let left = 100; this.hasMore && this.error === null && left > 0; left--) {
      await this.loadMore();
    }
    return this.found;
  }

  statistics(): Promise<ComparisonStatistics> {
    return this.api.statistics(this.notebook, this._ids);
  }

  /** Why a run is not as the reference is. */
  async why(id: string): Promise<Why | null> {
    const alone = this.runs.length === 2 ? this.found?.why : null;
    return alone ?? (await this.api.compare(this.notebook, [this.runs[0].run_id, id], 0, '')).why;
  }

  curves(key: string, axis: string): Promise<Curve[]> {
    // a hundred curves need no more points than a screen can tell apart
    const points = Math.max(200, Math.min(1000, Math.round(40_000 / this._ids.length)));
    return this.api.overlaid(this.notebook, this._ids, key, axis, points);
  }

  image(id: string, path: string): Promise<Blob> {
    return this.api.artifact(this.notebook, id, path);
  }

  savedPage(): Promise<Blob> {
    return this.api.page(this.notebook, this._ids);
  }

  /** Runs that could be added, the latest first; `text` is a search as in the panel. */
  async candidates(text: string): Promise<RunRow[]> {
    const filter = {
      text,
      order: 'started',
      descending: true,
      here: false,
      quick: '',
      by: '',
      columns: []
    } as const;
    const answer = await this.api.runs(this.notebook, filter, '', 0, 50);
    return answer.runs.filter(run => !this._ids.includes(run.run_id));
  }

  dispose(): void {
    clearTimeout(this._typing);
    clearTimeout(this._waiting);
    this._question += 1;
  }

  private async _ask(offset: number, take: (found: Comparison) => void): Promise<void> {
    this._question += 1;
    const question = this._question;
    const text = this.text.trim();
    this.loading = true;
    this._notify();
    try {
      const found = await this.api.compare(this.notebook, this._ids, offset, text);
      if (question !== this._question) {
        return;
      }
      this._askedText = text;
      this.error = null;
      take(found);
    } catch (error) {
      if (question !== this._question) {
        return;
      }
      this.error = asApiError(error);
    }
    this.loading = false;
    this._notify();
  }

  private _notify(): void {
    this.version += 1;
    this._changed.emit();
  }

  private readonly _changed = new Signal<this, void>(this);
  private readonly _moved = new Signal<this, void>(this);
  private _other = '';
  private _ids: readonly string[];
  private _part: Part;
  private _question = 0;
  private _askedText = '';
  private _visible = false;
  private _stale = true;
  private _typing: ReturnType<typeof setTimeout> | undefined;
  private _waiting: ReturnType<typeof setTimeout> | undefined;
}
