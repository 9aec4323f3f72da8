/** A dialog of the page that can show more than a question: it is drawn anew as things change. */

import * as React from 'react';
import { createRoot } from 'react-dom/client';

import { Boundary } from '../components/Boundary';
import { type Tools, ToolsContext, useTools } from '../components/context';

/** Draw a dialog above everything until it closes; `draw` gets what closes it. */
export function openModal(tools: Tools, draw: (close: () => void) => React.ReactElement): void {
  const host = document.createElement('div');
  document.body.append(host);
  const root = createRoot(host);
  const close = () => {
    root.unmount();
    host.remove();
  };
  root.render(
    <ToolsContext.Provider value={tools}>
      <Boundary>{draw(close)}</Boundary>
    </ToolsContext.Provider>
  );
}

export function Modal(props: {
  title: string;
  onClose(): void;
  /** The buttons below, the one that does it last. */
  buttons: React.ReactNode;
  children: React.ReactNode;
}): React.ReactElement {
  const { trans } = useTools();
  const dialog = React.useRef<HTMLDialogElement>(null);
  const title = React.useId();
  React.useEffect(() => {
    const shown = dialog.current;
    // keeps the keyboard inside, and gives it back to where it was
    shown?.showModal();
    return () => shown?.close();
  }, []);
  return (
    <dialog
      ref={dialog}
      className="nbt-panel nbt-modal"
      aria-labelledby={title}
      onCancel={event => {
        event.preventDefault();
        props.onClose();
      }}
      onKeyDown={event => event.stopPropagation()}
    >
      <header className="nbt-line">
        <h2 id={title}>{props.title}</h2>
        <button
          type="button"
          className="nbt-icon-button"
          title={trans.__('Close')}
          aria-label={trans.__('Close')}
          onClick={props.onClose}
        >
          <svg viewBox="0 0 16 16" aria-hidden="true">
            <path d="M4 4l8 8m0-8l-8 8" />
          </svg>
        </button>
      </header>
      <div className="nbt-modal-body" tabIndex={0} role="group" aria-labelledby={title}>
        {props.children}
      </div>
      <footer>{props.buttons}</footer>
    </dialog>
  );
}

/** Leaves without doing anything; "Cancel" unless it is called otherwise. */
export function CloseButton(props: { label?: string; onClick(): void }): React.ReactElement {
  const { trans } = useTools();
  return (
    <button type="button" className="nbt-button" onClick={props.onClick}>
      {props.label ?? trans.__('Cancel')}
    </button>
  );
}

/** Ends a job that runs. */
export function StopButton(props: { onClick(): void }): React.ReactElement {
  const { trans } = useTools();
  return (
    <button type="button" className="nbt-button nbt-warn" onClick={props.onClick}>
      {trans.__('Stop')}
    </button>
  );
}

/** What somebody says of a change; it is kept with it. */
export function ReasonField(props: {
  label: string;
  value: string;
  autoFocus?: boolean;
  onChange(value: string): void;
}): React.ReactElement {
  return (
    <label className="nbt-field">
      {props.label}
      <textarea
        rows={2}
        autoFocus={props.autoFocus}
        value={props.value}
        onChange={event => props.onChange(event.target.value)}
      />
    </label>
  );
}

/** A value once it rested for a moment: not every letter is a question to the server. */
export function useRested<T>(value: T, ms = 250): T {
  const [rested, setRested] = React.useState(value);
  React.useEffect(() => {
    const timer = setTimeout(() => setRested(value), ms);
    return () => clearTimeout(timer);
  }, [value, ms]);
  return rested;
}
