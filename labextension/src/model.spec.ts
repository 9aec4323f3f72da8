import { describe, expect, it } from 'vitest';

import { PAGE, RunsModel } from './model';
import { FakeServer } from './testing/server';

async function shown(server: FakeServer): Promise<RunsModel> {
  const model = new RunsModel(server);
  model.filter = { ...model.filter, by: '' };
  model.setVisible(true);
  await settled();
  return model;
}

/** Wait until every answer that is on its way has come. */
function settled(): Promise<void> {
  return new Promise(resolve => setTimeout(resolve, 5));
}

function nameAt(model: RunsModel, position: number): string | undefined {
  return model.at(position)?.row?.name;
}

const FIRST = ['status', 'groups', 'runs 0'];

describe('asking', () => {
  it('nothing is asked before it is shown, nor while it is hidden', async () => {
    const server = new FakeServer(3);
    const model = new RunsModel(server);
    model.filter = { ...model.filter, by: '' };
    model.invalidate();
    await settled();
    expect(server.take()).toEqual([]);
    model.setVisible(true);
    await settled();
    expect(server.take()).toEqual(FIRST);
    model.setVisible(false);
    model.hint('penguins');
    await settled();
    expect(server.take()).toEqual([]);
    model.setVisible(true);
    await settled();
    expect(server.take()).toEqual(FIRST);
  });

  it('only the pages on the screen are asked for, each once', async () => {
    const server = new FakeServer(1000);
    const model = await shown(server);
    server.take();
    model.setRange(5 * PAGE - 3, 5 * PAGE + 20);
    model.setRange(5 * PAGE - 2, 5 * PAGE + 21);
    await settled();
    expect(server.take()).toEqual([`runs ${4 * PAGE}`, `runs ${5 * PAGE}`]);
    expect(nameAt(model, 5 * PAGE)).toBe('run-499');
    model.hint('penguins');
    await settled();
    expect(server.take()).toEqual(['status', 'groups', `runs ${4 * PAGE}`, `runs ${5 * PAGE}`]);
  });

  it('hints about other projects are passed over', async () => {
    const server = new FakeServer(1);
    const model = await shown(server);
    server.take();
    model.hint('elsewhere');
    await settled();
    expect(server.take()).toEqual([]);
  });

  it('many hints at once are one question more', async () => {
    const server = new FakeServer(1);
    const model = await shown(server);
    server.take();
    for (let i = 0; i < 10; i++) {
      model.hint('penguins');
    }
    await settled();
    expect(server.take().filter(question => question === 'status')).toHaveLength(2);
  });

  it('models and pipelines are asked for when they are looked at', async () => {
    const server = new FakeServer(1);
    const model = await shown(server);
    expect([model.models, model.pipelines]).toEqual([null, null]);
    model.setTab('models');
    await settled();
    expect(model.models?.models[0].name).toBe('penguin');
    model.setTab('pipelines');
    await settled();
    expect(server.take().filter(one => one === 'models' || one === 'pipelines')).toEqual([
      'models',
      'pipelines'
    ]);
  });
});

describe('the list', () => {
  it('shows what came in, and that it is new', async () => {
    const server = new FakeServer(2);
    const model = await shown(server);
    expect(model.isNew('run-1')).toBe(false);
    server.names.unshift('run-2');
    model.invalidate();
    await settled();
    expect([model.total, nameAt(model, 0)]).toEqual([3, 'run-2']);
    expect([model.isNew('run-2'), model.isNew('run-1')]).toEqual([true, false]);
  });

  it('has a header for each group, which folds', async () => {
    const server = new FakeServer(5);
    const model = await shown(server);
    model.setFilter({ by: 'experiment' });
    await settled();
    expect([model.layout.length, model.total]).toEqual([7, 5]);
    expect(model.at(0)).toMatchObject({ kind: 'group', open: true, group: { key: 'odd' } });
    expect([nameAt(model, 1), nameAt(model, 4)]).toEqual(['run-3', 'run-4']);
    model.toggleGroup('odd');
    expect([model.layout.length, nameAt(model, 2)]).toEqual([5, 'run-4']);
    expect(model.total).toBe(5);
  });

  it('answers to an older search are dropped', async () => {
    const server = new FakeServer(30);
    const model = await shown(server);
    model.setFilter({ text: 'run-1' });
    model.setFilter({ text: 'run-2' });
    await settled();
    expect(model.total).toBe(11);
    expect(nameAt(model, 0)).toBe('run-29');
  });

  it('old rows stay until new ones are there, and after a failure', async () => {
    const server = new FakeServer(2);
    const model = await shown(server);
    server.failing = true;
    model.invalidate();
    await settled();
    expect(model.error?.code).toBe('network');
    expect(nameAt(model, 0)).toBe('run-1');
    server.failing = false;
    await model.refresh();
    expect(model.error).toBe(null);
  });

  it('is empty where there is no trail, and when the trail has gone', async () => {
    const server = new FakeServer(2);
    const model = await shown(server);
    expect(model.total).toBe(2);
    server.store = 'absent';
    model.invalidate();
    await settled();
    expect([model.total, model.status?.store, model.error]).toEqual([0, 'absent', null]);
  });

  it('the keyboard stays within it', async () => {
    const model = await shown(new FakeServer(3));
    model.setActive(10);
    expect(model.active).toBe(2);
    model.setActive(-1);
    expect(model.active).toBe(0);
  });

  it('knows whether something on the screen runs', async () => {
    const server = new FakeServer(3);
    server.running = true;
    const model = await shown(server);
    expect(model.anyRunning).toBe(true);
  });

  it('remembers what was selected, in order', async () => {
    const model = await shown(new FakeServer(3));
    model.toggleSelected('run-1', 'one');
    model.toggleSelected('run-0', 'zero');
    model.toggleSelected('run-1', 'one');
    expect([...model.selected]).toEqual([['run-0', 'zero']]);
    model.clearSelected();
    expect(model.selected.size).toBe(0);
  });
});

describe('open runs', () => {
  it('are fetched, refreshed with the list, and closed', async () => {
    const server = new FakeServer(2);
    const model = await shown(server);
    model.openRun('run-0', 'run-0');
    const other = model.openPage('run-1', 'run-1');
    await settled();
    expect([model.open?.detail?.name, other.detail?.name]).toEqual(['run-0', 'run-1']);
    server.take();
    model.invalidate();
    await settled();
    expect(server.take().sort()).toEqual([...FIRST, 'run run-0', 'run run-1'].sort());
    model.closeRun();
    model.closePage(other);
    expect(model.open).toBe(null);
    server.take();
    model.invalidate();
    await settled();
    expect(server.take()).toEqual(FIRST);
  });

  it('tell why there is none', async () => {
    const server = new FakeServer(2);
    const model = await shown(server);
    server.failing = true;
    model.openRun('run-0', 'run-0');
    await settled();
    expect(model.open?.error?.message).toBe('no answer');
  });

  it('are edited, or say why not', async () => {
    const server = new FakeServer(1);
    const model = await shown(server);
    const page = model.openPage('run-0', 'run-0');
    await settled();
    expect(await page.edit({ note: 'new', tags: { stage: null, a: '1' } })).toBe(true);
    expect([page.detail?.note, page.detail?.tags]).toEqual(['new', { a: '1' }]);
    server.readOnly = true;
    expect(await page.edit({ note: 'newer' })).toBe(false);
    expect(page.editError?.code).toBe('store-read-only');
    expect(page.detail?.note).toBe('new');
  });
});

describe('the pinned trail', () => {
  it('is asked about until it is let go, and told to those who remember it', async () => {
    const server = new FakeServer(1);
    const places: string[] = [];
    const status = server.status.bind(server);
    server.status = async place => {
      places.push(place);
      return { ...(await status(place)), project: place === 'whales/blue/' ? 'whales/blue' : 'penguins' };
    };
    const model = new RunsModel(server);
    const told: (string | null)[] = [];
    model.pinChanged.connect((_, pinned) => told.push(pinned));
    model.setNotebook('penguins/a.ipynb');
    model.setVisible(true);
    await settled();
    model.pin('whales/blue');
    await settled();
    expect(model.pinnedGone).toBe(false);
    expect(model.notebook).toBe('whales/blue/');
    model.setNotebook('penguins/b.ipynb');
    await settled();
    expect(places).toEqual(['penguins/a.ipynb', 'whales/blue/']);
    model.pin(null);
    await settled();
    expect(places.at(-1)).toBe('penguins/b.ipynb');
    expect(told).toEqual(['whales/blue', null]);
  });

  it('that has gone shows none of the runs of another one, and comes back by a hint', async () => {
    const server = new FakeServer(3);
    let back = false;
    const status = server.status.bind(server);
    server.status = async place => ({ ...(await status(place)), project: back ? 'gone' : 'above' });
    const model = await shown(server);
    expect(model.total).toBe(3);
    model.pin('gone');
    await settled();
    expect(model.pinnedGone).toBe(true);
    expect(model.total).toBe(0);
    back = true;
    model.hint('gone');
    await settled();
    expect(model.pinnedGone).toBe(false);
    expect(model.total).toBe(3);
  });

  it('others are looked for once, and again when that is wanted', async () => {
    const server = new FakeServer(1);
    const model = await shown(server);
    model.invalidate();
    await settled();
    expect(server.looks).toBe(1);
    expect(model.choice.others('penguins')).toEqual(['whales/blue']);
    await model.lookAround();
    expect(server.looks).toBe(2);
    server.trails = async () => {
      throw new Error('no answer');
    };
    await model.lookAround();
    expect(model.error).toBe(null);
    expect(model.choice.others('penguins')).toEqual(['whales/blue']);
  });
});
