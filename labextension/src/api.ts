/** The one road to the server: typed questions, and one error for all that can go wrong. */

import { URLExt } from '@jupyterlab/coreutils';
import { ServerConnection } from '@jupyterlab/services';

import type { ErrorDocument, RunDetail, RunsPage, StatusReport } from './contract';

export type Order = 'started' | 'main' | 'name';

/** Which runs are asked for. */
export interface Filter {
  text: string;
  order: Order;
  descending: boolean;
  /** Only those of the active notebook. */
  here: boolean;
}

/** An answer that could not be had; `code` is stable, `message` is for people. */
export class ApiError extends Error {
  constructor(
    readonly code: string,
    message: string
  ) {
    super(message);
    this.name = 'ApiError';
  }
}

/** What the model needs of a server; specs give another one. */
export interface RunsApi {
  status(notebook: string): Promise<StatusReport>;
  runs(notebook: string, filter: Filter, offset: number, limit: number): Promise<RunsPage>;
  run(notebook: string, id: string): Promise<RunDetail>;
}

/** Asks jupyter_server, below whatever base URL it has. */
export class ServerApi implements RunsApi {
  constructor(private readonly settings: ServerConnection.ISettings) {}

  status(notebook: string): Promise<StatusReport> {
    return this.get('status', { notebook });
  }

  runs(notebook: string, filter: Filter, offset: number, limit: number): Promise<RunsPage> {
    return this.get('runs', {
      notebook,
      q: filter.text,
      order: filter.order,
      desc: filter.descending ? '1' : '0',
      here: filter.here ? '1' : '0',
      offset: String(offset),
      limit: String(limit)
    });
  }

  run(notebook: string, id: string): Promise<RunDetail> {
    return this.get(URLExt.join('runs', encodeURIComponent(id)), { notebook });
  }

  private async get<T>(path: string, query: Record<string, string>): Promise<T> {
    const url =
      URLExt.join(this.settings.baseUrl, 'nbtrail/api', path) + URLExt.objectToQueryString(query);
    let response: Response;
    try {
      response = await ServerConnection.makeRequest(url, { method: 'GET' }, this.settings);
    } catch {
      throw new ApiError('network', 'The Jupyter server does not answer.');
    }
    const document = await response.json().catch(() => null);
    if (!response.ok || document === null) {
      throw toError(response.status, document);
    }
    return document as T;
  }
}

function toError(status: number, document: Partial<ErrorDocument> | null): ApiError {
  const error = document?.error;
  if (error) {
    return new ApiError(error.code, error.message);
  }
  if (status === 404) {
    return new ApiError(
      'no-server-extension',
      'The server does not know nbtrail. Install it where JupyterLab runs, then restart JupyterLab.'
    );
  }
  return new ApiError(`http-${status}`, `The Jupyter server answered with status ${status}.`);
}
