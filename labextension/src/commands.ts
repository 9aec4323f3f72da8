/** What the palette and other extensions can do with the panel. */

import type { JupyterFrontEnd } from '@jupyterlab/application';
import type { ICommandPalette } from '@jupyterlab/apputils';

import type { Translator } from './components/context';
import { CommandIDs, PANEL } from './tokens';

export function addCommands(
  app: JupyterFrontEnd,
  trans: Translator,
  palette: ICommandPalette | null
): void {
  app.commands.addCommand(CommandIDs.show, {
    label: trans.__('Show runs'),
    caption: trans.__("List this project's runs in the side panel"),
    execute: () => app.shell.activateById(PANEL)
  });
  palette?.addItem({ command: CommandIDs.show, category: 'nbtrail' });
}
