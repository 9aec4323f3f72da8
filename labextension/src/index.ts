/** The plugin: makes the panel and ties it to the application it finds itself in. */

import {
  ILabShell,
  ILayoutRestorer,
  type JupyterFrontEnd,
  type JupyterFrontEndPlugin
} from '@jupyterlab/application';
import { ICommandPalette } from '@jupyterlab/apputils';
import { IRenderMimeRegistry } from '@jupyterlab/rendermime';
import { ISettingRegistry } from '@jupyterlab/settingregistry';
import { IStateDB } from '@jupyterlab/statedb';
import { IStatusBar } from '@jupyterlab/statusbar';
import { ITranslator, nullTranslator } from '@jupyterlab/translation';

import { ServerActions } from './actions/api';
import { addCommands } from './commands';
import { addCompare } from './compare/command';
import { followLinks } from './links';
import { afterStart } from './loading';
import { RunsModel } from './model';
import { followNotebook, notebookAround } from './notebook';
import { addOutputs } from './outputs/register';
import { RunsPanel } from './panel';
import { StatusItem } from './statusitem';
import { restoreTaste } from './taste';
import { CommandIDs, HINT, PANEL, PLUGIN } from './tokens';
import { makeTools } from './tools';

const plugin: JupyterFrontEndPlugin<void> = {
  id: PLUGIN,
  description: "Lists the project's runs in the left side panel.",
  autoStart: true,
  optional: [
    ITranslator,
    ICommandPalette,
    ILayoutRestorer,
    ILabShell,
    ISettingRegistry,
    IStateDB,
    IStatusBar,
    IRenderMimeRegistry
  ],
  activate: (
    app: JupyterFrontEnd,
    translator: ITranslator | null,
    palette: ICommandPalette | null,
    restorer: ILayoutRestorer | null,
    labShell: ILabShell | null,
    registry: ISettingRegistry | null,
    state: IStateDB | null,
    statusBar: IStatusBar | null,
    rendermime: IRenderMimeRegistry | null
  ) => {
    const trans = (translator ?? nullTranslator).load('nbtrail');
    const api = new ServerActions(app.serviceManager.serverSettings);
    const model = new RunsModel(api);
    const tools = makeTools(app, api, model, trans, labShell !== null);
    const panel = new RunsPanel(tools);
    app.shell.add(panel, 'left', { rank: 350, type: 'nbtrail' });
    restorer?.add(panel, PANEL);
    void afterStart(app.restored, () => void panel.prepare());
    addCommands(app, tools, palette);
    addCompare(app, api, tools, restorer, labShell !== null);
    if (rendermime) {
      addOutputs(app, rendermime, api, tools);
    }
    followNotebook(app, path => model.setNotebook(path));
    followLinks((id, link) => {
      const notebook = notebookAround(app, link) ?? undefined;
      void app.commands.execute(CommandIDs.openRun, { id, notebook });
    });
    app.serviceManager.events.stream.connect((_, event) => {
      if (event.schema_id === HINT && typeof event.project === 'string') {
        model.hint(event.project);
      }
    });
    const settled = registry?.load(PLUGIN).catch(() => null) ?? Promise.resolve(null);
    void settled.then(async settings => {
      await restoreTaste(model, settings, state);
      model.invalidate();
      if (settings?.composite['statusBar'] !== false) {
        statusBar?.registerStatusItem(PLUGIN, {
          item: new StatusItem(tools, () => void app.commands.execute(CommandIDs.show)),
          align: 'left',
          rank: 900
        });
      }
    });
  }
};

export default plugin;
