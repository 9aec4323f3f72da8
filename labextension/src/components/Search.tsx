/** The search: the store's grammar, with its fields and the runs' keys completed. */

import * as React from 'react';

import { complete } from '../complete';
import { useKeys, useModel, useTools } from './context';

const TYPING_MS = 200;

export function Search(): React.ReactElement {
  const model = useModel();
  const { trans } = useTools();
  const input = React.useRef<HTMLInputElement>(null);
  const [text, setText] = React.useState(model.filter.text);
  // where the caret is while completions are offered
  const [caret, setCaret] = React.useState<number | null>(null);
  const [chosen, setChosen] = React.useState(-1);
  const [looking, setLooking] = React.useState(false);
  useKeys(model, looking);
  React.useEffect(() => {
    if (text === model.filter.text) {
      return;
    }
    const timer = setTimeout(() => model.setFilter({ text }), TYPING_MS);
    return () => clearTimeout(timer);
  }, [model, text]);
  // others can change the search, too
  React.useEffect(() => setText(model.filter.text), [model.filter.text]);

  const { from, options } =
    caret === null ? { from: 0, options: [] } : complete(text, caret, model.keys);
  const show = (place: number | null) => {
    setCaret(place);
    setChosen(-1);
  };
  const take = (option: string) => {
    const end = option.endsWith('.') ? option : `${option} `;
    const changed = text.slice(0, from) + end + text.slice(caret ?? text.length).trimStart();
    setText(changed);
    show(from + end.length);
    input.current?.focus();
  };
  const onKeyDown = (event: React.KeyboardEvent) => {
    if (options.length === 0) {
      return;
    }
    if (event.key === 'ArrowDown' || event.key === 'ArrowUp') {
      const step = event.key === 'ArrowDown' ? 1 : -1;
      setChosen((chosen + step + options.length) % options.length);
    } else if ((event.key === 'Enter' || event.key === 'Tab') && chosen >= 0) {
      take(options[chosen]);
    } else if (event.key === 'Escape') {
      show(null);
    } else {
      return;
    }
    event.preventDefault();
    event.stopPropagation();
  };
  const open = options.length > 0;
  return (
    <div className="nbt-search">
      <svg viewBox="0 0 16 16" aria-hidden="true">
        <circle cx="7" cy="7" r="4.5" />
        <path d="M10.5 10.5L14 14" />
      </svg>
      <input
        ref={input}
        type="search"
        role="combobox"
        aria-expanded={open}
        aria-controls="nbt-completions"
        aria-autocomplete="list"
        aria-activedescendant={chosen >= 0 ? `nbt-completion-${chosen}` : undefined}
        aria-label={trans.__('Search runs')}
        value={text}
        placeholder={trans.__('Search runs')}
        title={trans.__('Words, or clauses: metrics.auc > 0.9 and params.model = "rf"')}
        spellCheck={false}
        autoComplete="off"
        onFocus={() => setLooking(true)}
        onBlur={() => {
          setLooking(false);
          show(null);
        }}
        onKeyDown={onKeyDown}
        onChange={event => {
          setText(event.target.value);
          show(event.target.selectionStart ?? event.target.value.length);
        }}
      />
      <ul
        id="nbt-completions"
        className="nbt-completions"
        role="listbox"
        aria-label={trans.__('Completions')}
        hidden={!open}
      >
        {options.map((option, index) => (
          <li
            key={option}
            id={`nbt-completion-${index}`}
            role="option"
            aria-selected={index === chosen}
            onMouseDown={event => {
              // before the input loses the focus, which closes the list
              event.preventDefault();
              take(option);
            }}
          >
            {option}
          </li>
        ))}
      </ul>
    </div>
  );
}
