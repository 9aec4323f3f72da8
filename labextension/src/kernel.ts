/** The few things that a user has the kernel of a notebook do for the panel. */

import { Notification } from '@jupyterlab/apputils';
import type { Kernel, KernelMessage } from '@jupyterlab/services';

import type { Translator } from './components/context';
import type { Notebook } from './notebook';
import type { TrackingState } from './tracking';

const LOAD = '%load_ext nbtrail\n';

/** Have each training become a run from now on, or no longer; an open run is ended first. */
export async function toggleTracking(
  notebook: Notebook | null,
  state: TrackingState,
  trans: Translator
): Promise<void> {
  const verb = state.run ? 'end' : state.on ? 'off' : 'on';
  await runMagic(notebook, `${LOAD}%track ${verb}`, trans);
}

/** Make runs of what the kernel recorded and nobody tracked. */
export async function keepFits(notebook: Notebook | null, trans: Translator): Promise<void> {
  await runMagic(notebook, '%track keep', trans);
}

/** Run magics beside the notebook's history and say what they said; true when all went well. */
async function runMagic(
  notebook: Notebook | null,
  code: string,
  trans: Translator
): Promise<boolean> {
  const kernel = kernelOf(notebook);
  if (kernel === null) {
    Notification.warning(trans.__('No kernel is running. Start the kernel of the notebook first.'));
    return false;
  }
  const busy = kernel.status === 'busy';
  const note = busy
    ? Notification.info(trans.__('The kernel is busy: it does this after the cell that runs.'))
    : '';
  const [ok, said] = await execute(kernel, code);
  if (note) {
    Notification.dismiss(note);
  }
  const text = said.trim().slice(0, 300) || (ok ? trans.__('Done') : trans.__('It failed.'));
  Notification.emit(text, ok ? 'success' : 'error', { autoClose: 5000 });
  return ok;
}

async function execute(kernel: Kernel.IKernelConnection, code: string): Promise<[boolean, string]> {
  // silent: no number is used up, and nothing of it enters the recorded history
  const future = kernel.requestExecute({ code, silent: true, store_history: false });
  let said = '';
  let failed = false;
  future.onIOPub = message => {
    const { msg_type: type } = message.header;
    if (type === 'stream') {
      const { name, text } = (message as KernelMessage.IStreamMsg).content;
      said += text;
      failed ||= name === 'stderr' && text.startsWith('UsageError');
    } else if (type === 'error') {
      said += (message as KernelMessage.IErrorMsg).content.evalue;
    }
  };
  const reply = await future.done;
  return [reply?.content.status === 'ok' && !failed, said];
}

function kernelOf(notebook: Notebook | null): Kernel.IKernelConnection | null {
  return notebook?.sessionContext?.session?.kernel ?? null;
}
