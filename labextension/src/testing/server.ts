/** A server for the specs: runs in memory, each question written down. */

import { ApiError, type Filter, type RunsApi } from '../api';
import type { RunDetail, RunsPage, StatusReport } from '../contract';
import { detail, row, status } from './fixtures';

export class FakeServer implements RunsApi {
  names: string[] = [];
  store: StatusReport['store'] = 'found';
  running = false;
  failing = false;
  asked: string[] = [];

  constructor(count: number) {
    this.names = Array.from({ length: count }, (_, index) => `run-${count - 1 - index}`);
  }

  async status(): Promise<StatusReport> {
    this.note('status');
    return { ...status, store: this.store };
  }

  async runs(_: string, filter: Filter, offset: number, limit: number): Promise<RunsPage> {
    this.note(`runs ${offset}`);
    const names = this.names.filter(name => name.includes(filter.text));
    const runs = names.slice(offset, offset + limit).map(name => ({
      ...row,
      run_id: name,
      name,
      started_ms: row.started_ms + Number(name.split('-')[1]),
      status: this.running ? ('RUNNING' as const) : row.status
    }));
    return { total: names.length, offset, runs };
  }

  async run(_: string, id: string): Promise<RunDetail> {
    this.note(`run ${id}`);
    return { ...detail, run_id: id, name: id };
  }

  /** What was asked since the last time. */
  take(): string[] {
    return this.asked.splice(0);
  }

  private note(question: string): void {
    this.asked.push(question);
    if (this.failing) {
      throw new ApiError('network', 'no answer');
    }
  }
}
