/** A server for the specs: runs in memory, each question written down. */

import { ApiError, type Filter, type RunEdit, type RunsApi } from '../api';
import type * as contract from '../contract';
import * as fixtures from './fixtures';

export class FakeServer implements RunsApi {
  names: string[] = [];
  store: contract.StatusReport['store'] = 'found';
  running = false;
  failing = false;
  readOnly = false;
  detail: contract.RunDetail = fixtures.detail;
  asked: string[] = [];
  looks = 0;

  /** Runs `run-N` .. `run-0` in the groups even and odd. */
  constructor(count: number) {
    this.names = Array.from({ length: count }, (_, index) => `run-${count - 1 - index}`);
  }

  async status(_: string): Promise<contract.StatusReport> {
    this.note('status');
    return { ...fixtures.status, store: this.store, writable: !this.readOnly };
  }

  /** Not written down: it is asked once, beside the other questions. */
  async trails(): Promise<contract.TrailsPage> {
    this.looks += 1;
    return fixtures.trails;
  }

  async groups(_: string, filter: Filter): Promise<contract.GroupsPage> {
    this.note('groups');
    const keys = filter.by === '' ? [''] : ['odd', 'even'];
    const groups = keys.map(key => ({
      key,
      total: this.matching(filter, key).length,
      latest_ms: fixtures.row.started_ms
    }));
    return { groups: this.store === 'found' ? groups.filter(group => group.total > 0) : [] };
  }

  async runs(
    _: string,
    filter: Filter,
    group: string,
    offset: number,
    limit: number
  ): Promise<contract.RunsPage> {
    this.note(`runs ${group}${group && ' '}${offset}`);
    const names = this.matching(filter, group);
    const runs = names.slice(offset, offset + limit).map(name => ({
      ...fixtures.row,
      run_id: name,
      name,
      started_ms: fixtures.row.started_ms + number(name),
      status: this.running ? ('RUNNING' as const) : fixtures.row.status
    }));
    return { total: names.length, offset, runs };
  }

  async keys(): Promise<contract.KnownKeys> {
    this.note('keys');
    return fixtures.keys;
  }

  async run(_: string, id: string): Promise<contract.RunDetail> {
    this.note(`run ${id}`);
    return { ...this.detail, run_id: id, name: id };
  }

  async edit(_: string, id: string, change: RunEdit): Promise<contract.RunDetail> {
    this.note(`edit ${id} ${JSON.stringify(change)}`);
    if (this.readOnly) {
      throw new ApiError('store-read-only', 'nothing was changed');
    }
    const tags = Object.entries({ ...this.detail.tags, ...change.tags });
    this.detail = {
      ...this.detail,
      note: change.note ?? this.detail.note,
      tags: Object.fromEntries(tags.flatMap(([key, value]) => (value === null ? [] : [[key, value]])))
    };
    return { ...this.detail, run_id: id, name: id };
  }

  async changes(): Promise<contract.RunChanges> {
    return fixtures.changes;
  }

  async curves(): Promise<contract.RunCurves> {
    return fixtures.runCurves;
  }

  async diff(): Promise<contract.UncommittedChanges> {
    this.note('diff');
    return fixtures.uncommitted;
  }

  async lineage(): Promise<contract.Ancestry> {
    return fixtures.ancestry;
  }

  async artifact(): Promise<Blob> {
    return new Blob(['<b>text</b>']);
  }

  async models(): Promise<contract.RegistryPage> {
    this.note('models');
    return fixtures.registry;
  }

  async pipelines(): Promise<contract.PipelinesPage> {
    this.note('pipelines');
    return fixtures.pipelines;
  }

  /** What was asked since the last time. */
  take(): string[] {
    return this.asked.splice(0);
  }

  private matching(filter: Filter, group: string): string[] {
    return this.names.filter(
      name =>
        name.includes(filter.text) &&
        (group === '' || (number(name) % 2 === 1) === (group === 'odd'))
    );
  }

  private note(question: string): void {
    this.asked.push(question);
    if (this.failing) {
      throw new ApiError('network', 'no answer');
    }
  }
}

function number(name: string): number {
  return Number(name.split('-')[1]);
}
