/** The plugin: makes the panel and ties it to the application it finds itself in. */

import {
  ILayoutRestorer,
  type JupyterFrontEnd,
  type JupyterFrontEndPlugin
} from '@jupyterlab/application';
import { Clipboard, ICommandPalette } from '@jupyterlab/apputils';
import { PathExt } from '@jupyterlab/coreutils';
import { ITranslator, nullTranslator } from '@jupyterlab/translation';

import { ServerApi } from './api';
import { addCommands } from './commands';
import { RunsModel } from './model';
import { followNotebook } from './notebook';
import { RunsPanel } from './panel';
import { HINT, PANEL, PLUGIN } from './tokens';

const plugin: JupyterFrontEndPlugin<void> = {
  id: PLUGIN,
  description: "Lists the project's runs in the left side panel.",
  autoStart: true,
  optional: [ITranslator, ICommandPalette, ILayoutRestorer],
  activate: (
    app: JupyterFrontEnd,
    translator: ITranslator | null,
    palette: ICommandPalette | null,
    restorer: ILayoutRestorer | null
  ) => {
    const trans = (translator ?? nullTranslator).load('nbtrail');
    const model = new RunsModel(new ServerApi(app.serviceManager.serverSettings));
    const panel = new RunsPanel({
      model,
      trans,
      copy: text => Clipboard.copyToSystem(text),
      openNotebook: path => {
        const project = model.status?.project ?? '';
        void app.commands.execute('docmanager:open', { path: PathExt.join(project, path) });
      }
    });
    app.shell.add(panel, 'left', { rank: 350, type: 'nbtrail' });
    restorer?.add(panel, PANEL);
    addCommands(app, trans, palette);
    followNotebook(app, path => model.setNotebook(path));
    app.serviceManager.events.stream.connect((_, event) => {
      if (event.schema_id === HINT && typeof event.project === 'string') {
        model.hint(event.project);
      }
    });
  }
};

export default plugin;
