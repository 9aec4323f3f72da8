/** What can be done with runs, models and pipelines: dialogs, notifications, cells. */

import { Notification } from '@jupyterlab/apputils';
import * as React from 'react';

import { asApiError } from '../api';
import { verdictText } from '../components/badges';
import type { Tools } from '../components/context';
import type { Job, RegisteredModel, RunDetail } from '../contract';
import { RETRAINED } from '../model';
import type { ActionsApi } from './api';
import { loadCell, restoreCell } from './cells';
import { ExportDialog } from './ExportDialog';
import { openModal } from './modal';
import { PromoteDialog } from './PromoteDialog';
import { RetrainDialog } from './RetrainDialog';
import { RollbackDialog } from './RollbackDialog';
import { VerifyDialog } from './VerifyDialog';

export interface RunName {
  id: string;
  name: string;
  /** A path whose trail has it; that of the panel without one. */
  notebook?: string;
}

export interface Actions {
  promote(run: RunName): void;
  rollback(model: RegisteredModel, alias: string): void;
  export(run: RunName): void;
  verify(folder: string): void;
  /** Train an exported pipeline again. */
  retrain(folder: string): void;
  /** The same with the latest pipeline that a run of a notebook's trail was exported to or came from. */
  retrainRun(run: RunDetail, notebook: string): void;
  /** Put runs into the trash, with a way back. */
  remove(runs: readonly RunName[]): void;
  restore(runs: readonly RunName[]): void;
  insertLoad(run: RunDetail): void;
  insertRestore(run: RunDetail): void;
}

const SHORT_MS = 8000;
const UNDO_MS = 15_000;

/**
 * @param tools - asked for when something is done, since they hold the actions themselves.
 * @param insert - puts a cell into the notebook on top; says whether there is one.
 */
export function makeActions(
  api: ActionsApi,
  tools: () => Tools,
  insert: (source: string) => boolean
): Actions {
  const { model, trans } = tools();

  const changed = () => model.invalidate();

  const showTab = (tab: 'models' | 'pipelines') => () => {
    model.closeRun();
    model.setTab(tab);
  };

  const promoted = (result: RegisteredModel, target: string) => {
    changed();
    const alias = target.split('@')[1] ?? '';
    const number = result.aliases[alias] ?? result.versions[0]?.version;
    const actions = [{ label: trans.__('Show models'), callback: showTab('models') }];
    const text = trans.__('%1 is version %2 now.', target, number);
    Notification.success(text, { autoClose: SHORT_MS, actions });
  };

  const exported = (job: Job, notebook: string, open: boolean, close: () => void) => {
    changed();
    const proven = job.state === 'done' && job.outcome !== 'not-reproducible';
    const script = `${job.folder}/pipeline.py`;
    if (proven) {
      tools().openPath?.(script, notebook);
      close();
      const [, meaning] = verdictText(job.outcome || 'not-reproducible', trans);
      Notification.success(`${script}: ${meaning}`, {
        autoClose: SHORT_MS,
        actions: [{ label: trans.__('Show the verdict'), callback: showTab('pipelines') }]
      });
    } else if (!open && job.state !== 'stopped') {
      const why = job.culprit || job.message;
      Notification.error(trans.__('%1 was not reproduced: %2', job.folder, why));
    }
  };

  const verified = (job: Job, open: boolean) => {
    changed();
    if (!open && job.state === 'done') {
      const [, meaning] = verdictText(job.outcome || 'not-reproducible', trans);
      Notification.info(`${job.folder}: ${meaning}`);
    }
  };

  const exportRun = ({ id, name, notebook = model.notebook }: RunName) =>
    openModal(tools(), close => (
      <ExportDialog
        api={api}
        notebook={notebook}
        runId={id}
        runName={name}
        onClose={close}
        onEnd={(job, open) => exported(job, notebook, open, close)}
      />
    ));

  const compare = (ids: string[]) => tools().compare?.(ids);

  const retrained = (job: Job, notebook: string, open: boolean) => {
    changed();
    const { retrained: found } = job;
    if (open || job.state === 'stopped') {
      return;
    }
    if (found === null) {
      Notification.error(job.message);
      return;
    }
    Notification.success(trans.__('%1 was trained again: a new run is there.', job.folder), {
      autoClose: UNDO_MS,
      actions: [
        { label: trans.__('Open'), callback: () => openRun(found.run_id, notebook) },
        { label: trans.__('Compare'), callback: () => compare([found.source_id, found.run_id]) }
      ]
    });
  };

  const openRun = (id: string, notebook: string) => model.openRun(id, id.slice(0, 8), notebook);

  const retrain = (folder: string, notebook = model.notebook) =>
    openModal(tools(), close => (
      <RetrainDialog
        api={api}
        notebook={notebook}
        folder={folder}
        onClose={close}
        onEnd={(job, open) => retrained(job, notebook, open)}
        onOpen={id => openRun(id, notebook)}
        onCompare={tools().compare ? compare : undefined}
      />
    ));

  const retrainRun = async (run: RunDetail, notebook: string) => {
    const source = run.tags[RETRAINED] ?? run.run_id;
    try {
      const { pipelines } = await api.pipelines(notebook);
      const found = pipelines.find(one => one.run_id === source);
      if (found) {
        retrain(found.folder, notebook);
      } else {
        const text = trans.__('Export %1 first: its pipeline can be trained again.', run.name);
        const callback = () => exportRun({ id: run.run_id, name: run.name, notebook });
        Notification.info(text, {
          autoClose: SHORT_MS,
          actions: [{ label: trans.__('Export…'), callback }]
        });
      }
    } catch (error) {
      Notification.error(asApiError(error).message);
    }
  };

  /** Do something to each of several runs; says how many runs it took hold of. */
  const each = async (
    runs: readonly RunName[],
    act: (notebook: string, id: string) => Promise<{ runs: number }>
  ): Promise<number> => {
    let count = 0;
    try {
      for (const run of runs) {
        count += (await act(run.notebook ?? model.notebook, run.id)).runs;
      }
    } catch (error) {
      Notification.error(asApiError(error).message);
    }
    changed();
    return count;
  };

  const restore = async (runs: readonly RunName[]) => {
    const count = await each(runs, (notebook, id) => api.restore(notebook, id));
    if (count > 0) {
      Notification.success(trans._n('%1 run is back.', '%1 runs are back.', count, count), {
        autoClose: SHORT_MS
      });
    }
  };

  const remove = async (runs: readonly RunName[]) => {
    const done: RunName[] = [];
    const count = await each(runs, async (notebook, id) => {
      const report = await api.remove(notebook, id);
      done.push(...runs.filter(run => run.id === id));
      return report;
    });
    if (count === 0) {
      return;
    }
    if (done.some(run => run.id === model.open?.id)) {
      model.closeRun();
    }
    done.forEach(run => model.selected.has(run.id) && model.toggleSelected(run.id, run.name));
    const name = done[0].name.slice(0, 60);
    const text =
      count === 1
        ? trans.__('%1 is in the trash.', name)
        : trans.__('%1 and %2 more are in the trash.', name, count - 1);
    Notification.info(text, {
      autoClose: UNDO_MS,
      actions: [{ label: trans.__('Undo'), callback: () => void restore(done) }]
    });
  };

  const insertOrSay = (source: string) => {
    if (!insert(source)) {
      Notification.warning(trans.__('Open the notebook that the cell should go into, then again.'));
    }
  };

  return {
    promote: ({ id, name, notebook = model.notebook }) =>
      openModal(tools(), close => (
        <PromoteDialog
          api={api}
          notebook={notebook}
          runId={id}
          runName={name}
          onClose={close}
          onDone={(result, target) => {
            close();
            promoted(result, target);
          }}
        />
      )),
    rollback: (registered, alias) =>
      openModal(tools(), close => (
        <RollbackDialog
          api={api}
          notebook={model.notebook}
          model={registered}
          alias={alias}
          onClose={close}
          onDone={result => {
            close();
            promoted(result, `${result.name}@${alias}`);
          }}
        />
      )),
    export: exportRun,
    verify: folder =>
      openModal(tools(), close => (
        <VerifyDialog
          api={api}
          notebook={model.notebook}
          folder={folder}
          onClose={close}
          onEnd={verified}
        />
      )),
    retrain: folder => retrain(folder),
    retrainRun: (run, notebook) => void retrainRun(run, notebook),
    remove: runs => void remove(runs),
    restore: runs => void restore(runs),
    insertLoad: run => {
      const source = loadCell(run);
      if (source !== null) {
        insertOrSay(source);
      }
    },
    insertRestore: run => insertOrSay(restoreCell(run))
  };
}
