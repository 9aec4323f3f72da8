/** A button that opens a small box below itself; Escape and a click elsewhere close it. */

import * as React from 'react';

export function Popup(props: {
  label: string;
  /** What the box is called where that differs from its button. */
  title?: string;
  /** Stands in the button in place of its label. */
  icon?: React.ReactElement;
  className?: string;
  disabled?: boolean;
  children: (close: () => void) => React.ReactNode;
}): React.ReactElement {
  const { label, icon } = props;
  const [open, setOpen] = React.useState(false);
  const place = React.useRef<HTMLDivElement>(null);
  const button = React.useRef<HTMLButtonElement>(null);
  React.useEffect(() => {
    if (!open) {
      return;
    }
    const close = (event: MouseEvent) =>
      place.current?.contains(event.target as Node) || setOpen(false);
    document.addEventListener('mousedown', close);
    return () => document.removeEventListener('mousedown', close);
  }, [open]);
  const close = () => {
    setOpen(false);
    button.current?.focus();
  };
  return (
    <div
      className="nbt-popup-place"
      ref={place}
      onKeyDown={event => {
        if (event.key === 'Escape' && open) {
          close();
          event.stopPropagation();
        }
      }}
    >
      <button
        type="button"
        className={icon ? 'nbt-icon-button' : 'nbt-button'}
        ref={button}
        aria-expanded={open}
        aria-haspopup="dialog"
        disabled={props.disabled}
        title={icon ? label : undefined}
        aria-label={icon ? label : undefined}
        onClick={() => setOpen(!open)}
      >
        {icon ?? label}
      </button>
      {open ? (
        <div
          className={`nbt-popup ${props.className ?? ''}`}
          role="dialog"
          aria-label={props.title ?? label}
        >
          {props.children(close)}
        </div>
      ) : null}
    </div>
  );
}
