/** The deeds of the panel, done by the application it finds itself in. */

import type { JupyterFrontEnd } from '@jupyterlab/application';
import { Clipboard, MainAreaWidget } from '@jupyterlab/apputils';
import { PathExt } from '@jupyterlab/coreutils';

import type { ActionsApi } from './actions/api';
import { actionsOnDemand } from './actions/ondemand';
import type { Tools, Translator } from './components/context';
import { loaded } from './loading';
import type { RunsModel } from './model';
import { cellText, currentNotebook, insertCell, openedNotebook, showCell } from './notebook';
import { CommandIDs } from './tokens';

/**
 * @param roomy - whether there is a main area that takes more than one document.
 */
export function makeTools(
  app: JupyterFrontEnd,
  api: ActionsApi,
  model: RunsModel,
  trans: Translator,
  roomy: boolean
): Tools {
  const { commands, shell } = app;
  const absolute = (path: string) => PathExt.join(model.status?.project ?? '', path);
  const projectOf = async (place: string) => {
    const shown = place === model.notebook ? model.status : api.status(place).catch(() => null);
    return (await shown)?.project ?? '';
  };
  const openPath = async (path: string, place = model.notebook) => {
    await commands.execute('docmanager:open', { path: PathExt.join(await projectOf(place), path) });
  };
  const openNotebook = async (path: string, cell?: string, place = model.notebook) => {
    const full = PathExt.join(await projectOf(place), path);
    await commands.execute('docmanager:open', { path: full });
    const notebook = openedNotebook(app, full);
    await notebook?.context.ready;
    if (notebook && cell) {
      showCell(notebook, cell);
    }
  };
  const openWide = async (id: string, name: string, notebook?: string) => {
    const { RunTab } = await loaded(import('./runtab'), trans);
    const project = await projectOf(notebook ?? model.notebook);
    const known = [...shell.widgets('main')].find(one => one.id === `nbtrail-tab-${id}`);
    if (known === undefined) {
      const page = model.openPage(id, name, notebook);
      const tools: Tools = {
        ...made,
        openWide: undefined,
        openNotebook: (path, cell) => void openNotebook(path, cell, page.notebook),
        cellNow: (path, cell) => cellText(openedNotebook(app, PathExt.join(project, path)), cell)
      };
      const content = new RunTab(tools, page);
      const widget = new MainAreaWidget({ content });
      widget.id = `nbtrail-tab-${id}`;
      shell.add(widget, 'main');
    }
    shell.activateById(`nbtrail-tab-${id}`);
  };
  const made: Tools = {
    model,
    trans,
    copy: text => Clipboard.copyToSystem(text),
    openNotebook: (...where) => void openNotebook(...where),
    cellNow: (path, cell) => cellText(openedNotebook(app, absolute(path)), cell),
    openPath: (...where) => void openPath(...where),
    keep: () => void commands.execute(CommandIDs.keep),
    openWide: roomy ? (...run) => void openWide(...run) : undefined,
    get compare() {
      return commands.hasCommand(CommandIDs.compare)
        ? (ids: string[]) => void commands.execute(CommandIDs.compare, { ids })
        : undefined;
    }
  };
  made.actions = actionsOnDemand(async () => {
    const { makeActions } = await loaded(import('./actions/actions'), trans);
    return makeActions(
      api,
      () => made,
      source => insertCell(currentNotebook(app), source)
    );
  });
  return made;
}
