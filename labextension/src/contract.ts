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

export type Outcome =
  | ''
  | 'verified-exact'
  | 'verified-within-tolerance'
  | 'reproduced-by-full-history'
  | 'not-reproducible';

export interface SessionFits {
  session_id: string;
  fits: number;
  waiting: number;
  best_key: string;
  best_value: Float | null;
}

export interface StatusReport {
  version: string;
  store: 'found' | 'absent' | 'outside' | 'unreadable';
  writable: boolean;
  project: string;
  notebook: string;
  data_version: number;
  runs: number;
  running: number;
  session: SessionFits | null;
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
  starred: boolean;
  verdict: Outcome;
  values: Record<string, Float | string | null>;
  spark: number[];
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
  /** Which end is the good one, where that is known. */
  direction: 'max' | 'min' | null;
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

export interface GroupsPage {
  groups: { key: string; total: number; latest_ms: number }[];
}

export interface KnownKeys {
  metrics: string[];
  params: string[];
  tags: string[];
  experiments: string[];
}

/** A value of the run before, and of this one. */
export interface Change<T> {
  key: string;
  before: T | null;
  after: T | null;
}

export interface RunChanges {
  against: { run_id: string; name: string } | null;
  metrics: (Change<Float> & { direction: 'max' | 'min' | null })[];
  params: Change<string>[];
  data: { name: string; context: string; texts: string[] }[];
  code: { label: string; change: 'changed' | 'added' | 'removed'; diff: string[] }[];
  places: Change<string>[];
}

export interface Curve {
  key: string;
  count: number;
  x: number[];
  y: Float[];
}

export interface RunCurves {
  axis: 'step' | 'time';
  curves: Curve[];
}

export interface FileChange {
  path: string;
  change: 'changed' | 'added' | 'removed';
  diff: string[];
  note: string;
  lines_left_out: number;
}

/** What the working tree held beside the commit when a run started. */
export interface UncommittedChanges {
  base: string;
  base_missing: boolean;
  files: FileChange[];
  files_left_out: number;
  not_kept: string[];
}

export interface UsedCell {
  seq: number;
  execution_count: number;
  source: string;
  lines: [number, number][];
  stale: string;
}

export interface FileOrigin {
  path: string;
  content: string;
  session_id: string;
  seq: number;
  statement: number;
  execution_count: number;
  notebook: string;
  changed: boolean;
}

export interface Ancestry {
  result: string;
  notebook: string;
  executed: number;
  cells: UsedCell[];
  links: { maker: number; user: number; names: string[] }[];
  origins: FileOrigin[];
}

/** One condition of a promotion, and what was found. */
export interface Gate {
  name: 'threshold' | 'no regression' | 'reproducibility' | 'data overlap';
  status: 'passed' | 'refused' | 'not checked';
  found: string;
  remedy: string;
}

export interface ModelVersion {
  name: string;
  version: number;
  run_id: string;
  model_id: string;
  created_ms: number;
  user: string;
  comment: string;
  metric: string;
  metric_value: Float | null;
  aliases: string[];
  origin: string;
  gates: Gate[];
  tags: Record<string, string>;
}

export interface AliasMove {
  name: string;
  alias: string;
  from_version: number | null;
  to_version: number | null;
  moved_ms: number;
  user: string;
  reason: string;
  forced: boolean;
  gates: Gate[];
}

export interface RegisteredModel {
  name: string;
  created_ms: number;
  versions: ModelVersion[];
  aliases: Record<string, number>;
  description: string;
  tags: Record<string, string>;
  history: AliasMove[];
  /** The version that a rollback of each alias leads to. */
  before: Record<string, number | null>;
}

export interface GatesPage {
  gates: Gate[];
}

export interface TrashReport {
  run_id: string;
  runs: number;
}

/** What an export would do; `problem` says what stands against it. */
export interface ExportPlan {
  run_id: string;
  folder: string;
  exists: boolean;
  problem: string;
  files: string[];
  interpreter: string;
  /** Whether that interpreter is still there. */
  available: boolean;
  command: string;
}

/** Values as somebody types them. */
export interface ChosenParam {
  name: string;
  type: 'bool' | 'int' | 'float' | 'str';
  flag: string;
  help: string;
  recorded: string;
  value: string;
  changed: boolean;
  problem: string;
}

export interface RetrainData {
  /** The parameter that names it; empty when no other file can be given. */
  param: string;
  path: string;
  size: number;
  state: 'as-recorded' | 'changed' | 'gone' | 'not-compared' | 'chosen';
}

export interface RetrainPlan {
  run_id: string;
  run_name: string;
  folder: string;
  /** Where the pipeline runs, relative to the project. */
  cwd: string;
  params: ChosenParam[];
  data: RetrainData[];
  /** Files of the export that are not what was written then. */
  edited: string[];
  outcome: Outcome;
  /** The script's own command line. */
  script: string;
  problem: string;
  interpreter: string;
  available: boolean;
  command: string;
}

export interface RetrainedMetric {
  key: string;
  recorded: Float | null;
  found: Float | null;
  direction: 'max' | 'min' | null;
}

/** The run that came of training a pipeline again; the source is the run it was exported from. */
export interface Retrained {
  run_id: string;
  run_name: string;
  source_id: string;
  source_name: string;
  folder: string;
  metrics: RetrainedMetric[];
  changed: ChosenParam[];
  seconds: Float;
}

/** Work in the interpreter of a run. */
export interface Job {
  job_id: string;
  kind: 'export' | 'verify' | 'retrain';
  run_id: string;
  folder: string;
  command: string;
  state: 'running' | 'done' | 'failed' | 'stopped';
  steps: { text: string; found: string }[];
  outcome: Outcome;
  culprit: string;
  message: string;
  /** The latest lines that a script printed. */
  output: string[];
  retrained: Retrained | null;
}

export interface RegistryPage {
  models: RegisteredModel[];
}

export interface Check {
  kind: string;
  name: string;
  expected: string;
  found: string;
  equal: boolean;
}

export interface Pipeline {
  run_id: string;
  run_name: string;
  folder: string;
  created_ms: number;
  form: string;
  verdict: {
    outcome: Outcome;
    scope: string;
    culprit: string;
    unchecked: string[];
    seconds: Float;
    verified_ms: number;
    checks: Check[];
  } | null;
}

export interface PipelinesPage {
  pipelines: Pipeline[];
}

export interface ComparedRun {
  run_id: string;
  name: string;
  status: Status;
  reason: string;
  experiment: string;
  started_ms: number;
  duration_ms: number | null;
  marks: MarkKind[];
}

/** One value for each compared run; null where it has none, or where it is unknown. */
export interface FactRow {
  key: string;
  values: (string | null)[];
  differs: boolean;
}

export interface MetricRow {
  key: string;
  values: (Float | null)[];
  differs: boolean;
  direction: 'max' | 'min' | null;
  /** Positions of the best runs, several when they tie. */
  best: number[];
}

/** Two distributions over the same bins (`edges`) or the same values (`labels`). */
export interface Overlay {
  edges: Float[];
  labels: string[];
  before: Float[];
  after: Float[];
}

export interface ColumnDiff {
  name: string;
  change: 'added' | 'removed' | 'renamed' | 'changed' | 'retyped';
  old_name: string;
  old_dtype: string;
  new_dtype: string;
  rows: { first: number; stop: number }[];
  before: ColumnProfile | null;
  after: ColumnProfile | null;
  overlay: Overlay | null;
}

export interface DatasetDiff {
  same_content: boolean;
  same_schema: boolean;
  exact: boolean;
  comparable: boolean;
  reordered: boolean;
  old_rows: number;
  new_rows: number;
  columns: ColumnDiff[];
  columns_left_out: number;
}

export interface ComparedDataset {
  name: string;
  context: 'training' | 'validation' | 'test' | 'source';
  kind: string;
  digests: (string | null)[];
  rows: (number | null)[];
  differs: boolean;
  unknown: boolean;
  diffs: (DatasetDiff | null)[];
}

export interface CodeChange {
  run: number;
  change: 'changed' | 'added' | 'removed';
  label: string;
  diff: string[];
  lines_left_out: number;
}

export interface ImageRow {
  path: string;
  artifacts: (Artifact | null)[];
  differs: boolean;
}

export interface Cause {
  kind: 'data' | 'params' | 'code' | 'seed' | 'environment';
  what: string;
  details: string[];
  moves: string[];
}

export interface Why {
  runs: ComparedRun[];
  metrics: { key: string; values: (Float | null)[] }[];
  causes: Cause[];
  causes_left_out: number;
  doubts: string[];
}

export interface Comparison {
  runs: ComparedRun[];
  params: FactRow[];
  params_total: number;
  metrics: MetricRow[];
  metrics_total: number;
  curves: string[];
  curves_total: number;
  datasets: ComparedDataset[];
  datasets_left_out: number;
  code: CodeChange[];
  code_left_out: number;
  code_compared: boolean;
  same_cells: Record<string, number>;
  git: FactRow[];
  environment: FactRow[];
  environment_total: number;
  same_packages: number;
  images: ImageRow[];
  images_left_out: number;
  why: Why | null;
}

export interface Estimate {
  mean: Float;
  half: Float | null;
  count: number;
}

export interface RunGroup {
  experiment: string;
  runs: string[];
  params: Record<string, string>;
  metrics: Record<string, Estimate>;
}

export interface FoldTest {
  key: string;
  run: number;
  folds: number;
  difference: Float;
  half: Float | null;
  p: Float | null;
  tie: boolean | null;
  same_data: boolean | null;
}

export interface Importance {
  param: string;
  metric: string;
  share: Float;
  runs: number;
  numeric: boolean;
}

export interface Axis {
  key: string;
  metric: boolean;
  scale: 'linear' | 'log' | 'category';
  labels: string[];
  places: (Float | null)[];
  direction: 'max' | 'min' | null;
}

export interface ComparisonStatistics {
  groups: RunGroup[];
  tests: FoldTest[];
  importance: Importance[];
  axes: Axis[];
  notes: string[];
}

/** Stands before packed curves: of each, all x and then all y as doubles. */
export interface CurvesHeader {
  axis: 'step' | 'time';
  curves: { run: number; key: string; count: number; start: number; points: number }[];
}

export interface ComparisonCurves {
  axis: 'step' | 'time';
  curves: { run: number; key: string; x: Float[]; y: Float[]; count: number }[];
}

/** What a saved notebook holds of compared runs: `application/vnd.nbtrail.compare.v1+json`. */
export interface NotebookComparison {
  comparison: Comparison;
  statistics: ComparisonStatistics;
  curves: ComparisonCurves;
}
