import { describe, expect, it } from 'vitest';

import { PAGE, RunsModel } from './model';
import { FakeServer } from './testing/server';

async function shown(server: FakeServer): Promise<RunsModel> {
  const model = new RunsModel(server);
  model.setVisible(true);
  await settled();
  return model;
}

/** Wait until every answer that is on its way has come. */
function settled(): Promise<void> {
  return new Promise(resolve => setTimeout(resolve, 5));
}

describe('asking', () => {
  it('nothing is asked before it is shown, nor while it is hidden', async () => {
    const server = new FakeServer(3);
    const model = new RunsModel(server);
    model.invalidate();
    await settled();
    expect(server.take()).toEqual([]);
    model.setVisible(true);
    await settled();
    expect(server.take()).toEqual(['status', 'runs 0']);
    model.setVisible(false);
    model.hint('penguins');
    await settled();
    expect(server.take()).toEqual([]);
    model.setVisible(true);
    await settled();
    expect(server.take()).toEqual(['status', 'runs 0']);
  });

  it('only the pages on the screen are asked for, each once', async () => {
    const server = new FakeServer(1000);
    const model = await shown(server);
    server.take();
    model.setRange(5 * PAGE - 3, 5 * PAGE + 20);
    model.setRange(5 * PAGE - 2, 5 * PAGE + 21);
    await settled();
    expect(server.take()).toEqual([`runs ${4 * PAGE}`, `runs ${5 * PAGE}`]);
    expect(model.row(5 * PAGE)?.name).toBe('run-499');
    model.hint('penguins');
    await settled();
    expect(server.take()).toEqual(['status', `runs ${4 * PAGE}`, `runs ${5 * PAGE}`]);
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
});

describe('the list', () => {
  it('shows what came in, and that it is new', async () => {
    const server = new FakeServer(2);
    const model = await shown(server);
    expect(model.isNew('run-1')).toBe(false);
    server.names.unshift('run-2');
    model.invalidate();
    await settled();
    expect([model.total, model.row(0)?.name]).toEqual([3, 'run-2']);
    expect([model.isNew('run-2'), model.isNew('run-1')]).toEqual([true, false]);
  });

  it('answers to an older search are dropped', async () => {
    const server = new FakeServer(30);
    const model = await shown(server);
    model.setFilter({ text: 'run-1' });
    model.setFilter({ text: 'run-2' });
    await settled();
    expect(model.total).toBe(11);
    expect(model.row(0)?.name).toBe('run-29');
  });

  it('old rows stay until new ones are there, and after a failure', async () => {
    const server = new FakeServer(2);
    const model = await shown(server);
    server.failing = true;
    model.invalidate();
    await settled();
    expect(model.error?.code).toBe('network');
    expect(model.row(0)?.name).toBe('run-1');
    server.failing = false;
    await model.refresh();
    expect(model.error).toBe(null);
  });

  it('is empty where there is no trail', async () => {
    const server = new FakeServer(2);
    server.store = 'absent';
    const model = await shown(server);
    expect([model.total, model.status?.store]).toEqual([0, 'absent']);
    expect(server.take()).toEqual(['status']);
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
});

describe('the open run', () => {
  it('is fetched, refreshed with the list, and closed', async () => {
    const server = new FakeServer(2);
    const model = await shown(server);
    await model.openRun('run-0', 'run-0');
    expect(model.open?.detail?.name).toBe('run-0');
    server.take();
    model.invalidate();
    await settled();
    expect(server.take()).toEqual(['status', 'runs 0', 'run run-0']);
    model.closeRun();
    expect(model.open).toBe(null);
  });

  it('an answer that comes too late changes nothing', async () => {
    const server = new FakeServer(2);
    const model = await shown(server);
    const first = model.openRun('run-0', 'run-0');
    await model.openRun('run-1', 'run-1');
    await first;
    expect(model.open?.id).toBe('run-1');
  });

  it('tells why there is none', async () => {
    const server = new FakeServer(2);
    const model = await shown(server);
    server.failing = true;
    await model.openRun('run-0', 'run-0');
    expect(model.open?.error?.message).toBe('no answer');
  });
});
