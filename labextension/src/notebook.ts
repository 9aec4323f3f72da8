/** Which notebook the user works in, in JupyterLab and in Notebook. */

import type { JupyterFrontEnd } from '@jupyterlab/application';
import type { Widget } from '@lumino/widgets';

interface Document {
  path: string;
  pathChanged: { connect(slot: () => void): boolean; disconnect(slot: () => void): boolean };
}

/**
 * Tell the path of the notebook on top, now and whenever it changes. Another kind of
 * document on top changes nothing: one still works on the same project.
 */
export function followNotebook(app: JupyterFrontEnd, tell: (path: string) => void): void {
  const { shell, serviceManager } = app;
  let current: Document | null = null;
  const say = () => {
    if (current !== null && current.path.endsWith('.ipynb')) {
      tell(serviceManager.contents.localPath(current.path));
    }
  };
  const follow = () => {
    current?.pathChanged.disconnect(say);
    current = documentOf(shell.currentWidget);
    current?.pathChanged.connect(say);
    say();
  };
  shell.currentChanged?.connect(follow);
  void app.restored.then(follow);
}

/** The document of a widget; by its shape, so that no notebook package is needed. */
function documentOf(widget: Widget | null): Document | null {
  const context = (widget as { context?: Partial<Document> } | null)?.context;
  return typeof context?.path === 'string' && context.pathChanged ? (context as Document) : null;
}
