import { describe, expect, it } from 'vitest';

import { detail, registry } from '../testing/fixtures';
import { loadCell, restoreCell } from './cells';
import { defaultFolder } from './ExportDialog';
import { follow } from './follow';
import { usedLines } from './Preview';
import { contest, keptModels, likelyName, planPromotion } from './promotion';
import { job } from '../testing/fixtures';

const { models } = registry;
const [version] = models[0].versions;

describe('what a promotion would change', () => {
  it('counts on, and names who holds the alias', () => {
    const plan = planPromotion(models, 'penguin', 'champion', 'm-other');
    expect(plan).toEqual({ version: 2, known: false, holder: version, held: false });
  });

  it('knows a model that is registered already', () => {
    const plan = planPromotion(models, 'penguin', 'champion', version.model_id);
    expect(plan).toEqual({ version: 1, known: true, holder: version, held: true });
    expect(planPromotion(models, 'penguin', 'other', version.model_id).holder).toBe(null);
  });

  it('begins with version 1', () => {
    expect(planPromotion([], 'new', 'champion', 'm-1')).toEqual({
      version: 1,
      known: false,
      holder: null,
      held: false
    });
  });

  it('takes of each variable the last model that was kept', () => {
    const [model] = detail.models;
    const ready = { ...model, model_id: 'm-2', status: 'ready' };
    const run = { ...detail, models: [{ ...model, status: 'ready' }, ready] };
    expect(keptModels(run)).toEqual([ready]);
    expect(keptModels({ ...run, models: [{ ...ready, status: 'not-kept' }] })).toEqual([]);
  });

  it('offers the name that is there, else one made of the experiment', () => {
    expect(likelyName(models, detail)).toBe('penguin');
    expect(likelyName([], { ...detail, experiment: 'my first/try' })).toBe('my-first-try');
    expect(likelyName([], { ...detail, experiment: '???' })).toBe('model');
  });

  it('says better and worse only where the good end is known', () => {
    const [metric] = detail.metrics;
    const main = { key: 'loss', value: 1, direction: 'min' as const };
    const of = (loss: number, auc: number) => ({
      ...detail,
      main_metric: main,
      metrics: [
        { ...metric, key: 'gap', last: auc, direction: null },
        { ...metric, key: 'loss', last: loss, direction: 'min' as const }
      ]
    });
    expect(contest(of(1, 0.5), of(2, 0.4))).toEqual([
      { key: 'loss', champion: 2, candidate: 1, sign: 'better' },
      { key: 'gap', champion: 0.4, candidate: 0.5, sign: '' }
    ]);
    expect(contest(of(3, 0.5), of(2, 0.4))[0].sign).toBe('worse');
    expect(contest(of(3, 0.5), null)[0]).toEqual({
      key: 'loss',
      champion: null,
      candidate: 3,
      sign: ''
    });
  });
});

describe('cells for the notebook', () => {
  const [model] = detail.models;

  it('load a model by its run, into the variable it had', () => {
    const run = { ...detail, models: [{ ...model, status: 'ready', variable: 'clf' }] };
    expect(loadCell(run)).toContain(`clf = nbtrail.load_model("runs:/${run.run_id}")`);
    expect(loadCell({ ...run, models: [] })).toBe(null);
  });

  it('name the model where there are several, and never a variable that is none', () => {
    const other = { ...model, name: 'b', status: 'not-kept' };
    const kept = { ...model, status: 'ready', path: 'models/clf', variable: 'x["a"]' };
    const cell = loadCell({ ...detail, models: [kept, other] });
    expect(cell).toContain(`model = nbtrail.load_model("runs:/${detail.run_id}/models/clf")`);
  });

  it('keep a name with line breaks in its comment', () => {
    const cell = restoreCell({ ...detail, name: 'a\nimport os; os.abort()' });
    const code = cell.split('\n').filter(line => !line.startsWith('#'));
    expect(code.join('\n')).not.toContain('abort()');
    expect(cell).toContain('"restored/a-import-os-os.abort-"');
  });
});

describe('an export', () => {
  it('proposes a folder of the run’s name', () => {
    expect(defaultFolder('clever-fox')).toBe('pipelines/clever-fox');
    expect(defaultFolder('../a b/c')).toBe('pipelines/a-b-c');
    expect(defaultFolder('…')).toBe('pipelines/run');
  });

  it('previews the lines that are used', () => {
    expect(usedLines('a\nb\nc', [[1, 1], [3, 3]])).toBe('a\nc');
    expect(usedLines('a\nb', [])).toBe('a\nb');
  });

  it('is followed to its end, over a pause of the server', async () => {
    const done = { ...job, state: 'done' as const };
    const answers = [job, new Error('away'), done];
    const told: string[] = [];
    const last = await follow(
      {
        job: async () => {
          const answer = answers.shift();
          if (answer instanceof Error) {
            throw answer;
          }
          return answer ?? done;
        }
      },
      job,
      one => told.push(one.state),
      1
    );
    expect(last).toBe(done);
    expect(told).toEqual(['running', 'running', 'running', 'done']);
  });

  it('that the server forgot is an error', async () => {
    const gone = Object.assign(new Error('unknown'), { code: 'not-found' });
    await expect(follow({ job: () => Promise.reject(gone) }, job, () => undefined, 1)).rejects.toBe(
      gone
    );
  });
});
