/** One full document of each kind, for the specs. Their types keep them complete. */

import type {
  Ancestry,
  ChosenParam,
  ColumnProfile,
  ComparedRun,
  Comparison,
  ComparisonCurves,
  ComparisonStatistics,
  CurvesHeader,
  ErrorDocument,
  ExportPlan,
  GatesPage,
  GroupsPage,
  Job,
  KnownKeys,
  NotebookComparison,
  PipelinesPage,
  RegistryPage,
  Retrained,
  RetrainPlan,
  RunChanges,
  RunCurves,
  RunDetail,
  RunRow,
  RunsPage,
  StatusReport,
  TrashReport,
  UncommittedChanges,
  Why
} from '../contract';

const ID = '01a1fd6333627b0d8f2c4e5a6b7c8d9e';

export const status: StatusReport = {
  version: '0.1.0',
  store: 'found',
  writable: true,
  project: 'penguins',
  notebook: 'notebooks/train.ipynb',
  data_version: 7,
  runs: 3,
  running: 1,
  session: { session_id: ID, fits: 3, waiting: 2, best_key: 'auc', best_value: 0.93 },
  now_ms: 1_790_000_000_000
};

export const row: RunRow = {
  run_id: ID,
  name: 'forest',
  experiment: 'penguins',
  status: 'FINISHED',
  reason: '',
  started_ms: 1_790_000_000_000,
  ended_ms: 1_790_000_001_500,
  source: 'notebooks/train.ipynb',
  commit: 'a'.repeat(40),
  dirty: true,
  parent_run_id: null,
  marks: ['dirty-tree', 'unseeded'],
  main_metric: { key: 'accuracy', value: 0.97, direction: 'max' },
  starred: true,
  verdict: 'verified-exact',
  values: { 'params.depth': '3', 'metrics.auc': 0.9, 'metrics.gap': 'NaN' },
  spark: [0.1, 0.5, 0.7]
};

export const page: RunsPage = { total: 1, offset: 0, runs: [row] };

export const error: ErrorDocument = {
  error: { code: 'not-found', message: 'There is no such run.', reasons: [] }
};

export const detail: RunDetail = {
  run_id: ID,
  name: 'forest',
  experiment: 'penguins',
  status: 'FINISHED',
  started_ms: 1_790_000_000_000,
  reason: '',
  ended_ms: 1_790_000_001_500,
  duration_ms: 1500,
  lifecycle: 'active',
  parent_run_id: null,
  source: 'notebooks/train.ipynb',
  session_id: ID,
  first_cell: 1,
  last_cell: 1,
  user: '',
  note: 'first <b>try</b>',
  main_metric: { key: 'accuracy', value: 0.97, direction: 'max' },
  code: {
    commit: 'a'.repeat(40),
    branch: 'main',
    dirty: true,
    changed: ['x.py'],
    remote: '',
    snapshot: '',
    left_out: ['big.bin: larger than 5 MB']
  },
  environment: {
    digest: 'e'.repeat(64),
    python: '3.11.7',
    implementation: 'CPython',
    platform: 'Linux',
    machine: 'x86_64',
    executable: '/usr/bin/python',
    packages: { pandas: '3.0.0', zict: '1' }
  },
  params: [
    { key: 'n_estimators', value: '50', origin: 'estimator', is_default: false },
    { key: 'tol', value: '0.1', origin: 'estimator', is_default: true }
  ],
  metrics: [
    {
      key: 'gap',
      last: 'NaN',
      minimum: '-Infinity',
      maximum: 'Infinity',
      count: 3,
      last_step: 2,
      last_ms: 1_790_000_000_000,
      origin: 'logged',
      role: '',
      link: '',
      cell_seq: -1,
      statement: -1,
      expression: '',
      direction: null
    },
    {
      key: 'accuracy',
      last: 0.97,
      minimum: 0.97,
      maximum: 0.97,
      count: 1,
      last_step: 0,
      last_ms: 1_790_000_000_000,
      origin: 'sklearn.metrics.accuracy_score',
      role: 'test',
      link: 'identity',
      cell_seq: 1,
      statement: 2,
      expression: '',
      direction: 'max'
    }
  ],
  tags: { stage: 'draft' },
  datasets: [
    {
      name: 'X_train',
      context: 'training',
      seen: 'consumed',
      source: 'data/penguins.csv',
      kind: 'table',
      rows: 1344,
      columns: [
        { name: '[index]', dtype: 'int64' },
        { name: 'a', dtype: 'int64' },
        { name: 'b', dtype: 'float64' }
      ],
      content: 'xxh3-128/1:abababababababababababababababab',
      schema: 'xxh3-128/1:cdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcd',
      short: 'abababab',
      coverage: 'full',
      version: '',
      query: '',
      profile: {
        rows: 1344,
        columns: [
          {
            name: 'a',
            nulls: 2,
            distinct: 2,
            minimum: 0,
            maximum: 1,
            mean: 0.25,
            quantiles: [0, 0, 0, 0, 1, 1, 1],
            top: [
              ['0', 1006],
              ['1', 336]
            ]
          },
          {
            name: 'b',
            nulls: 0,
            distinct: -1,
            minimum: null,
            maximum: null,
            mean: null,
            quantiles: [],
            top: []
          }
        ],
        sampled: 1344
      }
    }
  ],
  models: [
    {
      model_id: `m-${ID}`,
      name: 'forest',
      class_name: 'sklearn.ensemble.RandomForestClassifier',
      digest: 'xxh3-128/1:99999999999999999999999999999999',
      flavor: 'sklearn-skops',
      path: 'models/forest',
      status: 'ready',
      problem: '',
      signature: {
        inputs: [{ name: 'a', dtype: 'int64', shape: [-1] }],
        outputs: [{ name: 'y', dtype: 'str', shape: [] }]
      },
      variable: 'forest'
    }
  ],
  artifacts: [{ path: 'a.png', sha256: 'f'.repeat(64), size: 1234, media_type: 'image/png' }],
  marks: [{ kind: 'dirty-tree', reason: '1 changed file' }],
  spans: [{ session_id: ID, first_cell: 1, last_cell: 1 }],
  start: { threads: { cpus: '2' }, seeds: { numpy: '0' }, rng: {} },
  resources: { wall_s: 1.5, cpu_s: 2.25, peak_memory: 300_000_000, gpu_memory: 0 },
  amendments: [
    { kind: 'param', key: 'tol', before: '0.2', after: '0.1', at_ms: 1_790_000_002_000, user: '' }
  ],
  cells: [
    {
      seq: 0,
      cell_id: 'c0',
      execution_count: 1,
      source: 'import pandas',
      status: 'ok',
      error: '',
      started_ms: 1_790_000_000_000,
      ended_ms: 1_790_000_000_005,
      in_run: false
    },
    {
      seq: 1,
      cell_id: 'c1',
      execution_count: 2,
      source: '%%track forest\nfit()',
      status: 'ok',
      error: '',
      started_ms: 1_790_000_000_000,
      ended_ms: 1_790_000_001_500,
      in_run: true
    }
  ],
  cells_left_out: 0
};

export const groups: GroupsPage = {
  groups: [{ key: 'penguins', total: 1, latest_ms: 1_790_000_000_000 }]
};

export const keys: KnownKeys = {
  metrics: ['auc', 'test auc'],
  params: ['depth'],
  tags: ['stage'],
  experiments: ['penguins']
};

export const changes: RunChanges = {
  against: { run_id: ID, name: 'baseline' },
  metrics: [{ key: 'auc', before: 0.9, after: 'NaN', direction: 'max' }],
  params: [{ key: 'depth', before: '3', after: null }],
  data: [{ name: 'X_train', context: 'training', texts: ['a changed'] }],
  code: [{ label: 'In [3]', change: 'changed', diff: ['@@ -1 +1 @@', '-fit(1)', '+fit(2)'] }],
  places: [{ key: 'commit', before: 'aaaa', after: 'bbbb' }]
};

export const runCurves: RunCurves = {
  axis: 'step',
  curves: [{ key: 'gap', count: 3, x: [0, 1, 2], y: [1, 'NaN', 'Infinity'] }]
};

export const uncommitted: UncommittedChanges = {
  base: 'a'.repeat(40),
  base_missing: true,
  files: [
    {
      path: 'src/<b>x</b>.py',
      change: 'changed',
      diff: ['@@ -1,2 +1,2 @@', '-depth = 3', '+depth = 4', ' fit()'],
      note: 'mode 100644 → 100755',
      lines_left_out: 7
    },
    { path: 'logo.png', change: 'added', diff: [], note: 'not a text', lines_left_out: 0 }
  ],
  files_left_out: 2,
  not_kept: ['big.bin: larger than 5 MB']
};

export const ancestry: Ancestry = {
  result: 'forest',
  notebook: 'notebooks/train.ipynb',
  executed: 4,
  cells: [
    { seq: 0, execution_count: 1, source: 'import pandas', lines: [[1, 1]], stale: '' },
    { seq: 1, execution_count: 2, source: '%%track forest\nfit()', lines: [[2, 2]], stale: 'edited' }
  ],
  links: [{ maker: 0, user: 1, names: ['pandas'] }],
  origins: [
    {
      path: 'data/penguins.csv',
      content: 'xxh3-128/1:abab',
      session_id: ID,
      seq: 3,
      statement: 0,
      execution_count: 4,
      notebook: 'notebooks/clean.ipynb',
      changed: false
    }
  ]
};

export const registry: RegistryPage = {
  models: [
    {
      name: 'penguin',
      created_ms: 1_790_000_000_000,
      versions: [
        {
          name: 'penguin',
          version: 1,
          run_id: ID,
          model_id: `m-${ID}`,
          created_ms: 1_790_000_000_000,
          user: 'ana',
          comment: '',
          metric: 'accuracy',
          metric_value: 0.97,
          aliases: ['champion'],
          origin: '',
          gates: [{ name: 'threshold', status: 'passed', found: 'accuracy 0.97', remedy: '' }],
          tags: {}
        }
      ],
      aliases: { champion: 1 },
      description: 'species by measures',
      tags: { team: 'birds' },
      history: [
        {
          name: 'penguin',
          alias: 'champion',
          from_version: null,
          to_version: 1,
          moved_ms: 1_790_000_000_000,
          user: 'ana',
          reason: 'first',
          forced: false,
          gates: []
        }
      ],
      before: { champion: null }
    }
  ]
};

export const gates: GatesPage = {
  gates: [
    { name: 'threshold', status: 'passed', found: 'accuracy 0.97', remedy: '' },
    { name: 'no regression', status: 'refused', found: 'worse', remedy: 'promote a better run' },
    { name: 'reproducibility', status: 'not checked', found: 'never exported', remedy: 'export' }
  ]
};

export const trash: TrashReport = { run_id: ID, runs: 1 };

export const exportPlan: ExportPlan = {
  run_id: ID,
  folder: 'pipelines/forest',
  exists: false,
  problem: '',
  files: ['pipeline.py', 'manifest.json'],
  interpreter: '/opt/python/bin/python3',
  available: true,
  command: 'nbtrail export forest -o pipelines/forest'
};

export const job: Job = {
  job_id: ID,
  kind: 'export',
  run_id: ID,
  folder: 'pipelines/forest',
  command: 'nbtrail export forest -o pipelines/forest',
  state: 'running',
  steps: [{ text: 'the slice: 3 statements in a fresh process ...', found: '' }],
  outcome: '',
  culprit: '',
  message: '',
  output: [],
  retrained: null
};

const chosen: ChosenParam = {
  name: 'n_estimators',
  type: 'int',
  flag: '--n-estimators',
  help: 'of RandomForestClassifier',
  recorded: '20',
  value: '50',
  changed: true,
  problem: ''
};

export const retrainPlan: RetrainPlan = {
  run_id: ID,
  run_name: 'forest',
  folder: 'pipelines/forest',
  cwd: '.',
  params: [
    chosen,
    { ...chosen, name: 'balanced', type: 'bool', recorded: 'false', value: 'false', changed: false },
    { ...chosen, name: 'data', type: 'str', recorded: 'data.csv', value: 'data.csv', changed: false }
  ],
  data: [{ param: 'data', path: 'data.csv', size: 1200, state: 'as-recorded' }],
  edited: [],
  outcome: 'verified-exact',
  script: 'python pipelines/forest/pipeline.py --track --n-estimators=50',
  problem: '',
  interpreter: '/opt/python/bin/python3',
  available: true,
  command: 'nbtrail retrain pipelines/forest -p n_estimators=50'
};

export const retrained: Retrained = {
  run_id: ID.replace(/./g, 'd'),
  run_name: 'forest',
  source_id: ID,
  source_name: 'forest',
  folder: 'pipelines/forest',
  metrics: [
    { key: 'auc', recorded: 0.9, found: 0.95, direction: 'max' },
    { key: 'loss', recorded: 0.1, found: 0.2, direction: 'min' },
    { key: 'rows', recorded: 10, found: null, direction: null }
  ],
  changed: [chosen],
  seconds: 4.2
};

export const retraining: Job = {
  ...job,
  kind: 'retrain',
  command: retrainPlan.command,
  state: 'done',
  steps: [{ text: `Training pipelines/forest again: ${retrainPlan.script}`, found: '' }],
  output: [`run: ${retrained.run_id}`, 'auc = 0.95'],
  retrained
};

export const pipelines: PipelinesPage = {
  pipelines: [
    {
      run_id: ID,
      run_name: 'forest',
      folder: 'pipeline',
      created_ms: 1_790_000_000_000,
      form: 'stages',
      verdict: {
        outcome: 'verified-exact',
        scope: 'same environment',
        culprit: '',
        unchecked: [],
        seconds: 3.5,
        verified_ms: 1_790_000_000_000,
        checks: [{ kind: 'metric', name: 'auc', expected: '0.9', found: '0.9', equal: true }]
      }
    }
  ]
};

const profileColumn: ColumnProfile = {
  name: 'bill',
  nulls: 0,
  distinct: 2,
  minimum: 0,
  maximum: 1,
  mean: 0.5,
  quantiles: [0, 0, 0, 0.5, 1, 1, 1],
  top: [['0', 3]]
};

const compared: ComparedRun = {
  run_id: ID,
  name: 'forest',
  status: 'FINISHED',
  reason: '',
  experiment: 'penguins',
  started_ms: 1_790_000_000_000,
  duration_ms: 1500,
  marks: ['unseeded']
};

export const why: Why = {
  runs: [compared, { ...compared, run_id: 'b'.repeat(32), name: 'linear', duration_ms: null }],
  metrics: [{ key: 'accuracy', values: [0.97, 'NaN'] }],
  causes: [{ kind: 'data', what: 'X (test)', details: ['1 row less'], moves: ['accuracy'] }],
  causes_left_out: 0,
  doubts: ['no seed']
};

export const comparison: Comparison = {
  runs: why.runs,
  params: [{ key: 'C', values: ['1.0', null], differs: true }],
  params_total: 1,
  metrics: [
    { key: 'accuracy', values: [0.97, 'NaN'], differs: true, direction: 'max', best: [0] }
  ],
  metrics_total: 1,
  curves: ['loss'],
  curves_total: 1,
  datasets: [
    {
      name: 'X',
      context: 'test',
      kind: 'table',
      digests: ['abababab', null],
      rows: [344, null],
      differs: true,
      unknown: false,
      diffs: [
        null,
        {
          same_content: false,
          same_schema: true,
          exact: true,
          comparable: true,
          reordered: false,
          old_rows: 344,
          new_rows: 343,
          columns: [
            {
              name: 'bill',
              change: 'changed',
              old_name: '',
              old_dtype: 'float64',
              new_dtype: 'float64',
              rows: [{ first: 0, stop: 344 }],
              before: profileColumn,
              after: profileColumn,
              overlay: { edges: [0, 1, 2], labels: [], before: [0.5, 0.5], after: [1, 0] }
            }
          ],
          columns_left_out: 0
        }
      ]
    }
  ],
  datasets_left_out: 0,
  code: [{ run: 1, change: 'changed', label: 'In [3]', diff: ['-a', '+b'], lines_left_out: 0 }],
  code_left_out: 0,
  code_compared: true,
  same_cells: { [ID]: 3 },
  git: [{ key: 'branch', values: ['main', 'work'], differs: true }],
  environment: [{ key: 'python', values: ['3.11.7', '3.12.1'], differs: true }],
  environment_total: 1,
  same_packages: 120,
  images: [
    {
      path: 'figures/roc.png',
      artifacts: [
        { path: 'figures/roc.png', sha256: 'f'.repeat(64), size: 12, media_type: 'image/png' },
        null
      ],
      differs: true
    }
  ],
  images_left_out: 0,
  why
};

export const statistics: ComparisonStatistics = {
  groups: [
    {
      experiment: 'penguins',
      runs: ['forest', 'linear'],
      params: { C: '1.0' },
      metrics: { accuracy: { mean: 0.97, half: null, count: 2 } }
    }
  ],
  tests: [
    {
      key: 'cv_accuracy',
      run: 1,
      folds: 5,
      difference: 0.01,
      half: 0.02,
      p: 0.3,
      tie: true,
      same_data: true
    }
  ],
  importance: [{ param: 'C', metric: 'accuracy', share: 0.8, runs: 9, numeric: true }],
  axes: [
    {
      key: 'C',
      metric: false,
      scale: 'log',
      labels: ['0.1', '10'],
      places: [0, null],
      direction: null
    }
  ],
  notes: ['scipy is not installed']
};

export const curvesHeader: CurvesHeader = {
  axis: 'step',
  curves: [{ run: 0, key: 'loss', count: 10_000, start: 0, points: 500 }]
};

export const curves: ComparisonCurves = {
  axis: 'time',
  curves: [{ run: 0, key: 'loss', x: [0, 1], y: [0.5, 'NaN'], count: 2 }]
};

export const notebookComparison: NotebookComparison = { comparison, statistics, curves };
