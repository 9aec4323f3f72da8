/** Which metrics and params each row shows beside its main metric. */

import * as React from 'react';

import { useKeys, useModel, useTools } from './context';

/** The server gives no more. */
const MOST = 12;

export function ColumnChooser(): React.ReactElement {
  const model = useModel();
  const { trans } = useTools();
  const [open, setOpen] = React.useState(false);
  const [wanted, setWanted] = React.useState('');
  const place = React.useRef<HTMLDivElement>(null);
  const chosen = model.filter.columns;
  React.useEffect(() => {
    if (!open) {
      return;
    }
    const close = (event: MouseEvent) =>
      place.current?.contains(event.target as Node) || setOpen(false);
    document.addEventListener('mousedown', close);
    return () => document.removeEventListener('mousedown', close);
  }, [model, open]);

  useKeys(model, open);

  const known = [
    ...(model.keys?.metrics ?? []).map(key => `metrics.${key}`),
    ...(model.keys?.params ?? []).map(key => `params.${key}`)
  ];
  const others = known.filter(
    key => !chosen.includes(key) && key.toLowerCase().includes(wanted.toLowerCase())
  );
  const toggle = (key: string) =>
    model.setFilter({
      columns: chosen.includes(key) ? chosen.filter(one => one !== key) : [...chosen, key]
    });
  return (
    <div
      className="nbt-columns"
      ref={place}
      onKeyDown={event => {
        if (event.key === 'Escape' && open) {
          setOpen(false);
          event.stopPropagation();
        }
      }}
    >
      <button
        type="button"
        className="nbt-icon-button"
        aria-expanded={open}
        aria-haspopup="dialog"
        title={trans.__('Choose columns')}
        aria-label={trans.__('Choose columns')}
        onClick={() => setOpen(!open)}
      >
        <svg viewBox="0 0 16 16" aria-hidden="true">
          <path d="M2.5 3h11v10h-11zM6.2 3v10M9.8 3v10" />
        </svg>
      </button>
      {open ? (
        <div className="nbt-popup" role="dialog" aria-label={trans.__('Columns')}>
          <input
            type="search"
            autoFocus
            value={wanted}
            placeholder={trans.__('Find a metric or param')}
            aria-label={trans.__('Find a metric or param')}
            onChange={event => setWanted(event.target.value)}
          />
          <div className="nbt-popup-list">
            {[...chosen, ...others].slice(0, 200).map(key => (
              <label key={key} title={key}>
                <input
                  type="checkbox"
                  checked={chosen.includes(key)}
                  disabled={!chosen.includes(key) && chosen.length >= MOST}
                  onChange={() => toggle(key)}
                />
                {key}
              </label>
            ))}
            {known.length === 0 ? (
              <p className="nbt-muted">{trans.__('The runs have no metrics or params yet.')}</p>
            ) : null}
          </div>
        </div>
      ) : null}
    </div>
  );
}
