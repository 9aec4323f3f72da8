import type { JupyterFrontEndPlugin } from '@jupyterlab/application';

const panel: JupyterFrontEndPlugin<void> = {
  id: 'nbtrail-labextension:panel',
  description: 'Lists the runs of the project in the left side panel.',
  autoStart: true,
  activate: () => undefined
};

export default [panel];
