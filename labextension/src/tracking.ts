/** What kernels tell about their tracking, by a comm of their own: none is asked to run anything. */

import type { Kernel, KernelMessage } from '@jupyterlab/services';
import { type ISignal, Signal } from '@lumino/signaling';

import type { Notebook, SessionContext } from './notebook';

/** Target of the comm that is open exactly while a kernel tracks; see `ui/announcing.py`. */
export const TARGET = 'nbtrail.tracking';

export interface TrackingState {
  /** Every training becomes a run. */
  on: boolean;
  /** Name of the run that `%track start` opened, or empty. */
  run: string;
}

const IDLE: TrackingState = { on: false, run: '' };
const GONE: readonly string[] = ['restarting', 'autorestarting', 'terminating', 'dead'];

/** Follows notebooks, through changes and restarts of their kernels. */
export class Tracking {
  /** Emitted when some kernel's state changed. */
  get changed(): ISignal<this, void> {
    return this._changed;
  }

  of(notebook: Notebook | null): TrackingState {
    return this._states.get(notebook?.sessionContext?.session?.kernel?.id ?? '')?.state ?? IDLE;
  }

  /** Listen to the kernel of a notebook, whichever it is or will be. */
  follow(notebook: Notebook | null): void {
    const context = notebook?.sessionContext;
    if (!context || this._followed.has(context)) {
      return;
    }
    this._followed.add(context);
    context.iopubMessage.connect((_, message) => this._take(kernelOf(context), message));
    context.statusChanged.connect((_, status) => {
      if (GONE.includes(status)) {
        this._forget(kernelOf(context)?.id);
      }
    });
    context.kernelChanged.connect((_, { oldValue, newValue }) => {
      this._forget(oldValue?.id);
      this._meet(newValue);
    });
    this._meet(kernelOf(context));
  }

  /** A kernel that tracks already, as after a reload of the page, is asked for its state. */
  private _meet(kernel: Kernel.IKernelConnection | null): void {
    if (kernel === null || !kernel.handleComms) {
      return;
    }
    // without a target JupyterLab would close the comm; what it says is heard on iopub
    kernel.registerCommTarget(TARGET, () => undefined);
    kernel.requestCommInfo({ target_name: TARGET }).then(
      ({ content }) => {
        const [id] = content.status === 'ok' ? Object.keys(content.comms) : [];
        if (id !== undefined && !this._states.has(kernel.id)) {
          this._states.set(kernel.id, { comm: id, state: IDLE });
          const comm = kernel.hasComm(id) ? null : kernel.createComm(TARGET, id);
          comm?.send({});
        }
      },
      // the kernel ended meanwhile
      () => undefined
    );
  }

  private _take(kernel: Kernel.IKernelConnection | null, message: KernelMessage.IIOPubMessage) {
    const { content } = message as KernelMessage.ICommMsgMsg<'iopub'>;
    const type: string = message.header.msg_type;
    if (kernel === null || !type.startsWith('comm_')) {
      return;
    }
    const known = this._states.get(kernel.id);
    const ours =
      type === 'comm_open'
        ? (content as { target_name?: string }).target_name === TARGET
        : known?.comm === content.comm_id;
    if (!ours) {
      return;
    }
    if (type === 'comm_close') {
      this._forget(kernel.id);
      return;
    }
    const { on, run } = content.data ?? {};
    const state = { on: on === true, run: typeof run === 'string' ? run : '' };
    this._states.set(kernel.id, { comm: content.comm_id, state });
    this._changed.emit();
  }

  private _forget(id: string | undefined): void {
    if (id !== undefined && this._states.delete(id)) {
      this._changed.emit();
    }
  }

  private readonly _changed = new Signal<this, void>(this);
  private readonly _states = new Map<string, { comm: string; state: TrackingState }>();
  private readonly _followed = new WeakSet<SessionContext>();
}

function kernelOf(context: SessionContext): Kernel.IKernelConnection | null {
  return context.session?.kernel ?? null;
}
