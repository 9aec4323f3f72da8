/** The one road to the server: typed questions, and one error for all that can go wrong. */

import { URLExt } from '@jupyterlab/coreutils';
import { ServerConnection } from '@jupyterlab/services';

import type {
  Ancestry,
  Comparison,
  ComparisonStatistics,
  ErrorDocument,
  GroupsPage,
  KnownKeys,
  RegistryPage,
  PipelinesPage,
  RunChanges,
  RunCurves,
  RunDetail,
  RunsPage,
  StatusReport,
  UncommittedChanges
} from './contract';
import { type Curve, unpackCurves } from './curves';

export type GroupBy = '' | 'experiment' | 'source';

export type Quick = '' | 'running' | 'starred' | 'reproducible' | 'failed';

/** Which runs are asked for, and what their rows tell. */
export interface Filter {
  text: string;
  /** `started`, `main`, `name`, `duration`, `metrics.KEY` or `params.KEY`. */
  order: string;
  descending: boolean;
  /** Only those of the active notebook. */
  here: boolean;
  quick: Quick;
  by: GroupBy;
  /** `metrics.KEY` and `params.KEY` that each row shows. */
  columns: readonly string[];
}

/** What may be changed of a run; a tag of null is taken away. */
export interface RunEdit {
  name?: string;
  note?: string;
  tags?: Record<string, string | null>;
}

/** An answer that could not be had; `code` is stable, `message` is for people. */
export class ApiError extends Error {
  constructor(
    readonly code: string,
    message: string,
    /** One sentence for each thing that stood against it. */
    readonly reasons: readonly string[] = []
  ) {
    super(message);
    this.name = 'ApiError';
  }
}

/** What the models need of a server; specs give another one. */
export interface RunsApi {
  status(notebook: string): Promise<StatusReport>;
  groups(notebook: string, filter: Filter): Promise<GroupsPage>;
  /** Rows of one group, `offset` counted within it. */
  runs(
    notebook: string,
    filter: Filter,
    group: string,
    offset: number,
    limit: number
  ): Promise<RunsPage>;
  keys(notebook: string): Promise<KnownKeys>;
  run(notebook: string, id: string): Promise<RunDetail>;
  edit(notebook: string, id: string, change: RunEdit): Promise<RunDetail>;
  changes(notebook: string, id: string): Promise<RunChanges>;
  curves(notebook: string, id: string, keys: readonly string[], axis: string): Promise<RunCurves>;
  diff(notebook: string, id: string): Promise<UncommittedChanges>;
  lineage(notebook: string, id: string): Promise<Ancestry>;
  artifact(notebook: string, id: string, path: string): Promise<Blob>;
  models(notebook: string): Promise<RegistryPage>;
  pipelines(notebook: string): Promise<PipelinesPage>;
}

/** What the compare view needs of a server. The first of the ids is held against the others. */
export interface CompareApi extends Pick<RunsApi, 'runs' | 'artifact'> {
  /** Rows of params, metrics and facts from `offset` on, of keys that contain `text`. */
  compare(notebook: string, ids: readonly string[], offset: number, text: string): Promise<Comparison>;
  statistics(notebook: string, ids: readonly string[]): Promise<ComparisonStatistics>;
  /** The history of a metric of each run, at most `points` of each. */
  overlaid(
    notebook: string,
    ids: readonly string[],
    key: string,
    axis: string,
    points: number
  ): Promise<Curve[]>;
  /** The comparison as a page of its own. */
  page(notebook: string, ids: readonly string[]): Promise<Blob>;
}

export type Query = readonly (readonly [string, string])[];

/** Asks jupyter_server, below whatever base URL it has. */
export class ServerApi implements RunsApi, CompareApi {
  constructor(private readonly settings: ServerConnection.ISettings) {}

  status(notebook: string): Promise<StatusReport> {
    return this.get('status', [['notebook', notebook]]);
  }

  groups(notebook: string, filter: Filter): Promise<GroupsPage> {
    return this.get('groups', [['notebook', notebook], ...chosen(filter)]);
  }

  runs(
    notebook: string,
    filter: Filter,
    group: string,
    offset: number,
    limit: number
  ): Promise<RunsPage> {
    return this.get('runs', [
      ['notebook', notebook],
      ...chosen(filter),
      ['group', group],
      ['order', filter.order],
      ['desc', filter.descending ? '1' : '0'],
      ['columns', filter.columns.join('\n')],
      // how many there are is known from the groups
      ['count', '0'],
      ['offset', String(offset)],
      ['limit', String(limit)]
    ]);
  }

  keys(notebook: string): Promise<KnownKeys> {
    return this.get('keys', [['notebook', notebook]]);
  }

  run(notebook: string, id: string): Promise<RunDetail> {
    return this.get(runPath(id), [['notebook', notebook]]);
  }

  async edit(notebook: string, id: string, change: RunEdit): Promise<RunDetail> {
    const init = { method: 'PATCH', body: JSON.stringify(change) };
    return toDocument(await this.ask(runPath(id), [['notebook', notebook]], init));
  }

  changes(notebook: string, id: string): Promise<RunChanges> {
    return this.get(runPath(id, 'changes'), [['notebook', notebook]]);
  }

  curves(notebook: string, id: string, keys: readonly string[], axis: string): Promise<RunCurves> {
    return this.get(runPath(id, 'curves'), [
      ['notebook', notebook],
      ['axis', axis],
      ...keys.map(key => ['key', key] as const)
    ]);
  }

  diff(notebook: string, id: string): Promise<UncommittedChanges> {
    return this.get(runPath(id, 'diff'), [['notebook', notebook]]);
  }

  lineage(notebook: string, id: string): Promise<Ancestry> {
    return this.get(runPath(id, 'lineage'), [['notebook', notebook]]);
  }

  async artifact(notebook: string, id: string, path: string): Promise<Blob> {
    const query: Query = [
      ['notebook', notebook],
      ['path', path]
    ];
    const response = await this.ask(runPath(id, 'artifact'), query, { method: 'GET' });
    return response.blob();
  }

  models(notebook: string): Promise<RegistryPage> {
    return this.get('models', [['notebook', notebook]]);
  }

  pipelines(notebook: string): Promise<PipelinesPage> {
    return this.get('pipelines', [['notebook', notebook]]);
  }

  compare(
    notebook: string,
    ids: readonly string[],
    offset: number,
    text: string
  ): Promise<Comparison> {
    return this.get('compare', [
      ...compared(notebook, ids),
      ['offset', String(offset)],
      ['q', text]
    ]);
  }

  statistics(notebook: string, ids: readonly string[]): Promise<ComparisonStatistics> {
    return this.get('compare/statistics', compared(notebook, ids));
  }

  async overlaid(
    notebook: string,
    ids: readonly string[],
    key: string,
    axis: string,
    points: number
  ): Promise<Curve[]> {
    const query: Query = [
      ...compared(notebook, ids),
      ['metric', key],
      ['axis', axis],
      ['points', String(points)]
    ];
    const response = await this.ask('compare/curves', query, { method: 'GET' });
    return unpackCurves(await response.arrayBuffer());
  }

  async page(notebook: string, ids: readonly string[]): Promise<Blob> {
    const response = await this.ask('compare/page', compared(notebook, ids), { method: 'GET' });
    return response.blob();
  }

  protected async get<T>(path: string, query: Query): Promise<T> {
    return toDocument(await this.ask(path, query, { method: 'GET' }));
  }

  protected async ask(path: string, query: Query, init: RequestInit): Promise<Response> {
    const search = new URLSearchParams(query.map(([name, value]) => [name, value]));
    const url = `${URLExt.join(this.settings.baseUrl, 'nbtrail/api', path)}?${search}`;
    let response: Response;
    try {
      response = await ServerConnection.makeRequest(url, init, this.settings);
    } catch {
      throw new ApiError('network', 'The Jupyter server does not answer.');
    }
    if (!response.ok) {
      throw toError(response.status, await response.json().catch(() => null));
    }
    return response;
  }
}

export function runPath(id: string, part = ''): string {
  return URLExt.join('runs', encodeURIComponent(id), part);
}

function compared(notebook: string, ids: readonly string[]): Query {
  return [
    ['notebook', notebook],
    ['runs', ids.join(',')]
  ];
}

/** The part of a query that says which runs count. */
function chosen(filter: Filter): Query {
  return [
    ['q', filter.text],
    ['quick', filter.quick],
    ['here', filter.here ? '1' : '0'],
    ['by', filter.by]
  ];
}

export async function toDocument<T>(response: Response): Promise<T> {
  const document = await response.json().catch(() => null);
  if (document === null) {
    throw toError(response.status, null);
  }
  return document as T;
}

function toError(status: number, document: Partial<ErrorDocument> | null): ApiError {
  const error = document?.error;
  if (error) {
    return new ApiError(error.code, error.message, error.reasons);
  }
  if (status === 404) {
    return new ApiError(
      'no-server-extension',
      'The server does not know nbtrail. Install it where JupyterLab runs, then restart JupyterLab.'
    );
  }
  return new ApiError(`http-${status}`, `The Jupyter server answered with status ${status}.`);
}

/** Whatever was thrown, as an error of ours. */
export function asApiError(error: unknown): ApiError {
  return error instanceof ApiError ? error : new ApiError('failed', String(error));
}
