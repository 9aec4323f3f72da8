/** What the server can be asked to change, beside words and tags. */

import { type Query, runPath, type RunsApi, ServerApi, toDocument } from '../api';
import type { ExportPlan, GatesPage, Job, RegisteredModel, RetrainPlan, TrashReport } from '../contract';

/** `expected` is the version that the alias names on the screen, 0 for none. */
export interface Promotion {
  target: string;
  model: string;
  reason: string;
  force: boolean;
  expected: number;
}

export interface Rollback {
  alias: string;
  reason: string;
  expected: number;
}

type Params = Readonly<Record<string, string>>;

export interface ActionsApi extends RunsApi {
  gates(notebook: string, id: string, target: string, model: string): Promise<GatesPage>;
  promote(notebook: string, id: string, wish: Promotion): Promise<RegisteredModel>;
  rollback(notebook: string, name: string, wish: Rollback): Promise<RegisteredModel>;
  remove(notebook: string, id: string): Promise<TrashReport>;
  restore(notebook: string, id: string): Promise<TrashReport>;
  exportPlan(notebook: string, id: string, folder: string): Promise<ExportPlan>;
  startExport(notebook: string, id: string, folder: string, overwrite: boolean): Promise<Job>;
  startVerify(notebook: string, folder: string): Promise<Job>;
  /** `params` are values as somebody typed them, by name; the recorded ones hold for the others. */
  retrainPlan(notebook: string, folder: string, params: Params): Promise<RetrainPlan>;
  startRetrain(notebook: string, folder: string, params: Params): Promise<Job>;
  job(id: string): Promise<Job>;
  stopJob(id: string): Promise<Job>;
}

export class ServerActions extends ServerApi implements ActionsApi {
  gates(notebook: string, id: string, target: string, model: string): Promise<GatesPage> {
    return this.get(runPath(id, 'gates'), [
      ['notebook', notebook],
      ['target', target],
      ['model', model]
    ]);
  }

  promote(notebook: string, id: string, wish: Promotion): Promise<RegisteredModel> {
    return this.post(runPath(id, 'promote'), notebook, wish);
  }

  rollback(notebook: string, name: string, wish: Rollback): Promise<RegisteredModel> {
    return this.post(`models/${encodeURIComponent(name)}/rollback`, notebook, wish);
  }

  remove(notebook: string, id: string): Promise<TrashReport> {
    return this.post(runPath(id, 'trash'), notebook, {});
  }

  restore(notebook: string, id: string): Promise<TrashReport> {
    return this.post(runPath(id, 'restore'), notebook, {});
  }

  exportPlan(notebook: string, id: string, folder: string): Promise<ExportPlan> {
    return this.get(runPath(id, 'export'), [
      ['notebook', notebook],
      ['folder', folder]
    ]);
  }

  startExport(notebook: string, id: string, folder: string, overwrite: boolean): Promise<Job> {
    return this.post(runPath(id, 'export'), notebook, { folder, overwrite });
  }

  startVerify(notebook: string, folder: string): Promise<Job> {
    return this.post('pipelines/verify', notebook, { folder });
  }

  retrainPlan(notebook: string, folder: string, params: Params): Promise<RetrainPlan> {
    return this.get('pipelines/retrain', [
      ['notebook', notebook],
      ['folder', folder],
      ['params', JSON.stringify(params)]
    ]);
  }

  startRetrain(notebook: string, folder: string, params: Params): Promise<Job> {
    return this.post('pipelines/retrain', notebook, { folder, params });
  }

  job(id: string): Promise<Job> {
    return this.get(`jobs/${id}`, []);
  }

  async stopJob(id: string): Promise<Job> {
    return toDocument(await this.ask(`jobs/${id}`, [], { method: 'DELETE' }));
  }

  private async post<T>(path: string, notebook: string, body: object): Promise<T> {
    const query: Query = [['notebook', notebook]];
    const init = { method: 'POST', body: JSON.stringify(body) };
    return toDocument(await this.ask(path, query, init));
  }
}
