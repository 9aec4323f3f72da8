/** What palette, menus, toolbar and other extensions can have done. */

import type { JupyterFrontEnd } from '@jupyterlab/application';
import type { ICommandPalette } from '@jupyterlab/apputils';
import type { ReadonlyPartialJSONObject } from '@lumino/coreutils';

import type { RunName } from './actions/actions';
import type { Tools } from './components/context';
import { icon } from './icon';
import { keepFits, toggleTracking } from './kernel';
import { currentNotebook } from './notebook';
import { CommandIDs, PANEL } from './tokens';
import { Tracking } from './tracking';

/** A hint has room for no more of a name. */
const NAME = 80;

export function addCommands(
  app: JupyterFrontEnd,
  tools: Tools,
  palette: ICommandPalette | null
): void {
  const { commands, shell } = app;
  const { trans, model } = tools;
  const show = () => shell.activateById(PANEL);
  const tracking = new Tracking();
  const trackingState = () => tracking.of(currentNotebook(app));
  const hasNotebook = () => currentNotebook(app) !== null;
  commands.addCommand(CommandIDs.show, {
    label: trans.__('Show runs'),
    caption: trans.__("List this project's runs in the side panel"),
    execute: show
  });
  commands.addCommand(CommandIDs.openRun, {
    label: trans.__('Open a run'),
    execute: ({ id, name, wide, notebook }) => {
      const place = typeof notebook === 'string' ? notebook : undefined;
      if (wide && tools.openWide) {
        tools.openWide(String(id), String(name ?? ''), place);
      } else {
        show();
        model.openRun(String(id), String(name ?? ''), place);
      }
    }
  });
  commands.addCommand(CommandIDs.keep, {
    label: trans.__('Keep this session’s fits as runs'),
    isEnabled: hasNotebook,
    execute: () => keepFits(currentNotebook(app), trans)
  });
  commands.addCommand(CommandIDs.toggleTracking, {
    label: () => {
      const { on, run } = trackingState();
      return run
        ? trans.__('End the open run')
        : on
          ? trans.__('Stop tracking')
          : trans.__('Start tracking');
    },
    caption: () => {
      const { on, run } = trackingState();
      return run
        ? trans.__('Run %1 is open. Click to end it', run.slice(0, NAME))
        : on
          ? trans.__('Every training becomes a run. Click to stop that')
          : trans.__('Make a run of every training in this notebook');
    },
    icon,
    isToggled: () => trackingState().on || trackingState().run !== '',
    isEnabled: hasNotebook,
    execute: () => toggleTracking(currentNotebook(app), trackingState(), trans)
  });
  commands.addCommand(CommandIDs.showCellRuns, {
    label: trans.__('Show runs of this cell'),
    isEnabled: hasNotebook,
    execute: () => {
      const content = currentNotebook(app)?.content;
      const cell = content?.widgets[content.activeCellIndex];
      if (cell) {
        show();
        model.pin(null); // the cell's runs are in the trail of its notebook
        model.closeRun();
        model.setTab('runs');
        model.setFilter({ text: `cell = "${cell.model.id}"`, quick: '', here: false });
      }
    }
  });
  const onRun = (label: string, act: (run: RunName) => void) => ({
    label,
    isEnabled: (args: ReadonlyPartialJSONObject) => meantRun(app, args) !== null,
    execute: (args: ReadonlyPartialJSONObject) => {
      const run = meantRun(app, args);
      if (run !== null) {
        act(run);
      }
    }
  });
  const { actions } = tools;
  if (actions) {
    const promote = onRun(trans.__('Promote this run…'), run => actions.promote(run));
    commands.addCommand(CommandIDs.promote, promote);
    const exported = onRun(trans.__('Export this run as a pipeline…'), run => actions.export(run));
    commands.addCommand(CommandIDs.export_, exported);
    const removed = onRun(trans.__('Delete this run'), run => actions.remove([run]));
    commands.addCommand(CommandIDs.remove, removed);
  }
  const tell = () => commands.notifyCommandChanged(CommandIDs.toggleTracking);
  const look = () => {
    tracking.follow(currentNotebook(app));
    tell();
  };
  tracking.changed.connect(tell);
  shell.currentChanged?.connect(look);
  void app.restored.then(look);
  const ids = [
    CommandIDs.show,
    CommandIDs.toggleTracking,
    CommandIDs.keep,
    CommandIDs.showCellRuns
  ];
  ids.forEach(command => palette?.addItem({ command, category: 'nbtrail' }));
}

/** The run that a command is about: the one that is named, else the one under the pointer. */
function meantRun(app: JupyterFrontEnd, args: ReadonlyPartialJSONObject): RunName | null {
  if (typeof args.id === 'string') {
    return { id: args.id, name: String(args.name ?? args.id.slice(0, 8)) };
  }
  const hit = app.contextMenuHitTest(node => node.dataset.run !== undefined);
  const id = hit?.dataset.run;
  if (!hit || !id) {
    return null;
  }
  return { id, name: hit.querySelector('.nbt-run-name, h2')?.textContent ?? id.slice(0, 8) };
}
