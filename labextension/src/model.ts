/** What the panel shows: groups and pages of runs, open runs, and when to ask again. */

import { type ISignal, Signal } from '@lumino/signaling';

import { type ApiError, asApiError, type Filter, type RunsApi } from './api';
import { Arrivals } from './arrivals';
import type { KnownKeys, RegistryPage, PipelinesPage, RunRow, StatusReport } from './contract';
import { type Group, Layout, type Place } from './layout';
import { RunPage } from './runpage';

export const PAGE = 100;
const NO_GROUPS: readonly Group[] = [];

export const STARRED = 'nbtrail.starred';

/** Tag of the runs of an exported pipeline: id of the run that it was exported from. */
export const RETRAINED = 'nbtrail.retrained';

export type Tab = 'runs' | 'models' | 'pipelines';

/** What is remembered from one day to the next. */
export type Taste = Pick<Filter, 'order' | 'descending' | 'by' | 'columns'>;

/**
 * Holds a cache of pages for each group. Old rows stay on the screen until newer ones arrive;
 * answers to questions that are out of date are dropped. Nothing is asked while not visible.
 */
export class RunsModel {
  status: StatusReport | null = null;
  error: ApiError | null = null;
  filter: Filter = {
    text: '',
    order: 'started',
    descending: true,
    here: false,
    quick: '',
    by: 'experiment',
    columns: []
  };
  layout = new Layout(NO_GROUPS, new Set(), false);
  tab: Tab = 'runs';
  models: RegistryPage | null = null;
  pipelines: PipelinesPage | null = null;
  keys: KnownKeys | null = null;
  /** Position of the row that the keyboard is on. */
  active = 0;
  /** The run that is open in place of the list. */
  open: RunPage | null = null;
  /** Runs that were chosen, in the order in which they were: id to name. */
  readonly selected = new Map<string, string>();
  /** Grows with each change, for `useSyncExternalStore`. */
  version = 0;

  constructor(private readonly api: RunsApi) {}

  /** Emitted when anything above changed. */
  get changed(): ISignal<this, void> {
    return this._changed;
  }

  /** Emitted when the user chose another order, grouping or columns. */
  get tasteChanged(): ISignal<this, Taste> {
    return this._tasteChanged;
  }

  /** Whether the first answer is still awaited. */
  get loading(): boolean {
    return this.status === null && this.error === null;
  }

  /** Runs that match, in all groups. */
  get total(): number {
    return this.layout.groups.reduce((sum, group) => sum + group.total, 0);
  }

  /** Whether anything hides runs. */
  get filtered(): boolean {
    const { text, quick, here } = this.filter;
    return text !== '' || quick !== '' || here;
  }

  /** Milliseconds since the epoch by the server's clock. */
  now(): number {
    return Date.now() + this._skew;
  }

  /** What stands at a position: a header, or a run whose row may still be on its way. */
  at(position: number): (Place & { row?: RunRow }) | undefined {
    const place = this.layout.at(position);
    return place?.kind === 'run' ? { ...place, row: this._row(place.group, place.index) } : place;
  }

  /** Whether a run came in a moment ago, while the panel was looking. */
  isNew(id: string): boolean {
    return this._arrivals.isNew(id);
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

  get notebook(): string {
    return this._notebook;
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
    this._arrivals.restart();
    this._range = [0, 0];
    this.active = 0;
    this._notify();
    const { order, descending, by, columns } = this.filter;
    this._tasteChanged.emit({ order, descending, by, columns });
    void this.refresh();
  }

  setTab(tab: Tab): void {
    this.tab = tab;
    this._notify();
    void this.refresh();
  }

  /** Open or close a group. */
  toggleGroup(key: string): void {
    if (!this._closed.delete(key)) {
      this._closed.add(key);
    }
    this._arrange(this.layout.groups);
    this.setActive(this.layout.startOf(key));
  }

  /** The rows on the screen: the pages they stand on are fetched when missing. */
  setRange(first: number, last: number): void {
    this._range = [first, last];
    const missing = this._visiblePages().filter(
      ({ key }) => !this._pages.has(key) && !this._asked.has(key)
    );
    if (missing.length > 0 && this.status?.store === 'found') {
      missing.forEach(({ key }) => this._asked.add(key));
      void this._guard(() => this._fetch(missing)).then(() =>
        missing.forEach(({ key }) => this._asked.delete(key))
      );
    }
  }

  /** Something changed on the server: ask again, now or when shown. */
  invalidate(): void {
    this._stale = true;
    this._opened.forEach(page => page !== this.open && void page.refresh());
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

  /** Whether a row on the screen, or an open run, is still running. */
  get anyRunning(): boolean {
    const rows = this._visiblePages().flatMap(({ key }) => this._pages.get(key) ?? []);
    return (
      rows.some(row => row.status === 'RUNNING') || [...this._opened].some(page => page.running)
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

  /** Ask for the keys that searches and columns know, once for each look at them. */
  async loadKeys(): Promise<void> {
    await this._guard(async () => {
      this.keys = await this.api.keys(this._notebook);
      this._notify();
    });
  }

  /** Look at a run until `closePage`; hints refresh it. */
  openPage(id: string, name: string): RunPage {
    const page = new RunPage(this.api, this._notebook, id, name);
    this._opened.add(page);
    void page.refresh();
    return page;
  }

  closePage(page: RunPage): void {
    this._opened.delete(page);
  }

  /** Open a run in place of the list; the list keeps its place. */
  openRun(id: string, name: string): void {
    this.closeRun();
    this.open = this.openPage(id, name);
    this._notify();
  }

  closeRun(): void {
    if (this.open !== null) {
      this.closePage(this.open);
      this.open = null;
      this._notify();
    }
  }

  /** Mark a run to be found again, or take the mark away. */
  async star(id: string, starred: boolean): Promise<void> {
    await this._guard(async () => {
      await this.api.edit(this._notebook, id, { tags: { [STARRED]: starred ? 'yes' : null } });
    });
    this.invalidate();
  }

  /** Choose a run, or no longer. */
  toggleSelected(id: string, name: string): void {
    if (!this.selected.delete(id)) {
      this.selected.set(id, name);
    }
    this._notify();
  }

  clearSelected(): void {
    this.selected.clear();
    this._notify();
  }

  /** Move the keyboard's row, within the list. */
  setActive(index: number): void {
    this.active = Math.max(0, Math.min(this.layout.length - 1, index));
    this._notify();
  }

  private async _refreshOnce(): Promise<void> {
    const notebook = this._notebook;
    const generation = this._generation;
    const [status, groups] = await Promise.all([
      this.api.status(notebook),
      // a search that is not complete yet must not hide what else is known
      this.api.groups(notebook, this.filter).catch(asApiError)
    ]);
    if (notebook !== this._notebook) {
      return;
    }
    const before = this.status;
    const another = status.store !== before?.store || status.project !== before?.project;
    if (another) {
      this._forget();
    }
    this._skew = status.now_ms - Date.now();
    this.status = status;
    if (status.store !== 'found') {
      this._arrange(NO_GROUPS);
    } else if (groups instanceof Error) {
      throw groups;
    } else if (another || generation === this._generation) {
      this._arrange(groups.groups);
      await this._fetch(this._visiblePages(), true);
      await this._refreshTab();
      await this.open?.refresh();
    }
    this.error = null;
    this._notify();
  }

  private async _refreshTab(): Promise<void> {
    if (this.tab === 'models') {
      this.models = await this.api.models(this._notebook);
    } else if (this.tab === 'pipelines') {
      this.pipelines = await this.api.pipelines(this._notebook);
    }
  }

  private async _fetch(wanted: PageOfGroup[], forget = false): Promise<void> {
    const generation = this._generation;
    const answers = await Promise.all(
      wanted.map(({ group, page }) =>
        this.api.runs(this._notebook, this.filter, group.key, page * PAGE, PAGE)
      )
    );
    if (generation !== this._generation) {
      return;
    }
    if (forget) {
      this._pages.clear();
    }
    answers.forEach((answer, index) => this._pages.set(wanted[index].key, answer.runs));
    this._arrivals.note(answers.flatMap(answer => answer.runs));
    this._notify();
  }

  /** Another trail: nothing of the old one may be shown. */
  private _forget(): void {
    this._generation += 1;
    this._pages.clear();
    this._arrivals.restart();
    this.selected.clear();
    this.models = this.pipelines = this.keys = null;
    this._arrange(NO_GROUPS);
  }

  private _arrange(groups: readonly Group[]): void {
    const headers = this.filter.by !== '' && groups.length > 1;
    this.layout = new Layout(groups, this._closed, headers);
    this.active = Math.max(0, Math.min(this.layout.length - 1, this.active));
  }

  private async _guard(work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch (error) {
      this.error = asApiError(error);
      this._notify();
    }
  }

  private _row(group: Group, index: number): RunRow | undefined {
    return this._pages.get(pageKey(group, Math.floor(index / PAGE)))?.[index % PAGE];
  }

  private _visiblePages(): PageOfGroup[] {
    const [first, last] = this._range;
    // before the first rows are drawn: as many as one page
    const end = last > first ? last : first + PAGE - 1;
    return this.layout.between(first, end).flatMap(part => {
      const from = Math.floor(part.first / PAGE);
      const to = Math.floor(part.last / PAGE);
      return Array.from({ length: to - from + 1 }, (_, index) => {
        const page = from + index;
        return { group: part.group, page, key: pageKey(part.group, page) };
      });
    });
  }

  private _notify(): void {
    this.version += 1;
    this._changed.emit();
  }

  private readonly _changed = new Signal<this, void>(this);
  private readonly _tasteChanged = new Signal<this, Taste>(this);
  private readonly _pages = new Map<string, RunRow[]>();
  private readonly _asked = new Set<string>();
  private readonly _arrivals = new Arrivals();
  private readonly _closed = new Set<string>();
  private readonly _opened = new Set<RunPage>();
  private _range: [number, number] = [0, 0];
  private _generation = 0;
  private _notebook = '';
  private _skew = 0;
  private _visible = false;
  private _stale = true;
  private _refreshing = false;
  private _again = false;
}

interface PageOfGroup {
  group: Group;
  page: number;
  key: string;
}

function pageKey(group: Group, page: number): string {
  return `${page}/${group.key}`;
}
