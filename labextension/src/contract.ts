/**
 * The documents of `contract/api.json` as types. The specs compare both: each field
 * there stands here and the other way round.
 */

/** A float; JSON has no word for three of them. */
export type Float = number | 'NaN' | 'Infinity' | '-Infinity';

export type Status = 'RUNNING' | 'FINISHED' | 'FAILED' | 'KILLED';

export type MarkKind =
  | 'dirty-tree'
  | 'out-of-order'
  | 'stale'
  | 'hidden-state'
  | 'sampled'
  | 'unseeded'
  | 'redacted';

export interface MainMetric {
  key: string;
  value: Float | null;
  direction: 'max' | 'min' | null;
}

export interface ErrorDocument {
  error: { code: string; message: string; reasons: string[] };
}

export interface StatusReport {
  version: string;
  store: 'found' | 'absent' | 'outside' | 'unreadable';
  project: string;
  notebook: string;
  data_version: number;
  runs: number;
  running: number;
  now_ms: number;
}

export interface RunRow {
  run_id: string;
  name: string;
  experiment: string;
  status: Status;
  reason: string;
  started_ms: number;
  ended_ms: number | null;
  source: string;
  commit: string;
  dirty: boolean | null;
  parent_run_id: string | null;
  marks: MarkKind[];
  main_metric: MainMetric | null;
}

export interface RunsPage {
  total: number;
  offset: number;
  runs: RunRow[];
}

export interface Param {
  key: string;
  value: string;
  origin: string;
  is_default: boolean;
}

export interface Metric {
  key: string;
  last: Float;
  minimum: Float;
  maximum: Float;
  count: number;
  last_step: number;
  last_ms: number;
  origin: string;
  role: string;
  link: string;
  cell_seq: number;
  statement: number;
  expression: string;
}

export interface ColumnProfile {
  name: string;
  nulls: number;
  distinct: number;
  minimum: Float | null;
  maximum: Float | null;
  mean: Float | null;
  quantiles: Float[];
  top: [string, number][];
}

export interface Profile {
  rows: number;
  columns: ColumnProfile[];
  sampled: number;
}

export interface Dataset {
  name: string;
  context: 'training' | 'validation' | 'test' | 'source';
  seen: string;
  source: string;
  kind: string;
  rows: number;
  columns: { name: string; dtype: string }[];
  content: string;
  schema: string;
  short: string;
  coverage: 'full' | 'sampled';
  version: string;
  query: string;
  profile: Profile | null;
}

export interface SignatureField {
  name: string;
  dtype: string;
  shape: number[];
}

export interface Model {
  model_id: string;
  name: string;
  class_name: string;
  digest: string;
  flavor: string;
  path: string;
  status: string;
  problem: string;
  signature: { inputs: SignatureField[]; outputs: SignatureField[] } | null;
  variable: string;
}

export interface Artifact {
  path: string;
  sha256: string;
  size: number;
  media_type: string;
}

export interface Code {
  commit: string;
  branch: string;
  dirty: boolean | null;
  changed: string[];
  remote: string;
  snapshot: string;
  left_out: string[];
}

export interface Environment {
  digest: string;
  python: string;
  implementation: string;
  platform: string;
  machine: string;
  executable: string;
  packages: Record<string, string>;
}

export interface StartState {
  threads: Record<string, string>;
  seeds: Record<string, string>;
  rng: Record<string, string>;
}

export interface Resources {
  wall_s: Float;
  cpu_s: Float;
  peak_memory: number;
  gpu_memory: number;
}

export interface Amendment {
  kind: 'param' | 'metric';
  key: string;
  before: string;
  after: string;
  at_ms: number;
  user: string;
}

export interface Cell {
  seq: number;
  cell_id: string;
  execution_count: number;
  source: string;
  status: 'ok' | 'error' | 'interrupted' | 'running';
  error: string;
  started_ms: number;
  ended_ms: number;
  in_run: boolean;
}

export interface RunDetail {
  run_id: string;
  name: string;
  experiment: string;
  status: Status;
  started_ms: number;
  reason: string;
  ended_ms: number | null;
  duration_ms: number | null;
  lifecycle: 'active' | 'deleted';
  parent_run_id: string | null;
  source: string;
  session_id: string;
  first_cell: number;
  last_cell: number;
  user: string;
  note: string;
  main_metric: MainMetric | null;
  code: Code | null;
  environment: Environment | null;
  params: Param[];
  metrics: Metric[];
  tags: Record<string, string>;
  datasets: Dataset[];
  models: Model[];
  artifacts: Artifact[];
  marks: { kind: MarkKind; reason: string }[];
  spans: { session_id: string; first_cell: number; last_cell: number }[];
  start: StartState | null;
  resources: Resources | null;
  amendments: Amendment[];
  cells: Cell[];
  cells_left_out: number;
}
