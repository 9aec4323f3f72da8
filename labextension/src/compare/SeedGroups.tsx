/** Runs that differ in nothing but their seed: one row for all of them, mean and interval. */

import * as React from 'react';

import { useTools } from '../components/context';
import type { Estimate, RunGroup } from '../contract';
import { formatNumber, formatRough } from '../format';
import { useComparison } from './context';
import { extent, standing } from './intervals';

/** Columns that there is room for. */
const METRICS = 4;
const PARAMS = 6;

export function SeedGroups(props: { groups: RunGroup[] }): React.ReactElement {
  const page = useComparison();
  const { trans } = useTools();
  const { groups } = props;
  const rows = page.found!.metrics;
  const known = rows.filter(row => groups.some(group => row.key in group.metrics));
  const [chosen, setChosen] = React.useState<string | null>(null);
  const keys = [
    ...new Set([...(chosen ? [chosen] : []), ...known.map(row => row.key)])
  ].slice(0, METRICS);
  if (groups.length === 0) {
    return (
      <section>
        <h3>{trans.__('Over seeds')}</h3>
        <p className="nbt-muted">
          {trans.__(
            'No runs here differ in their seed alone. Repeat a run with other values of seed or random_state, and compare all of them.'
          )}
        </p>
      </section>
    );
  }
  const params = telling(groups);
  return (
    <section>
      <header className="nbt-line">
        <h3>{trans.__('Over seeds')}</h3>
        <span className="nbt-muted">
          {trans.__('mean ± 95 % interval; all other parameters agree')}
        </span>
        {known.length > METRICS ? (
          <select
            value={chosen ?? ''}
            aria-label={trans.__('Metric to show first')}
            onChange={event => setChosen(event.target.value || null)}
          >
            <option value="">{trans.__('Show a metric …')}</option>
            {known.map(row => (
              <option key={row.key} value={row.key}>
                {row.key}
              </option>
            ))}
          </select>
        ) : null}
      </header>
      <div className="nbt-scroll">
        <table className="nbt-plain-table" data-table="seeds">
          <thead>
            <tr>
              <th scope="col">{trans.__('runs')}</th>
              {params.map(key => (
                <th key={key} scope="col">
                  {key}
                </th>
              ))}
              {keys.map(key => (
                <th key={key} scope="col">
                  {key}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {groups.map((group, position) => (
              <tr key={position}>
                <th scope="row" title={group.runs.join(', ')}>
                  {trans.__('%1 runs: %2', group.runs.length, group.runs.slice(0, 3).join(', '))}
                  {group.runs.length > 3 ? ' …' : ''}
                </th>
                {params.map(key => (
                  <td key={key} title={group.params[key]}>
                    <code>{group.params[key] ?? '–'}</code>
                  </td>
                ))}
                {keys.map(key => (
                  <td key={key}>
                    <Cell
                      estimates={groups.map(one => one.metrics[key])}
                      position={position}
                      direction={rows.find(row => row.key === key)?.direction ?? null}
                    />
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </section>
  );
}

function Cell(props: {
  estimates: (Estimate | undefined)[];
  position: number;
  direction: 'max' | 'min' | null;
}): React.ReactElement {
  const { trans } = useTools();
  const { estimates, position, direction } = props;
  const estimate = estimates[position];
  if (estimate === undefined) {
    return <>–</>;
  }
  const { best, ties } = standing(estimates, direction);
  const alone = best.length === 1 && ties.length === 0;
  const mark = best.includes(position)
    ? alone
      ? trans.__('best')
      : trans.__('tie')
    : ties.includes(position)
      ? trans.__('tie')
      : '';
  return (
    <span className="nbt-estimate">
      <span>
        <strong>{formatNumber(estimate.mean)}</strong>
        {estimate.half === null ? '' : ` ± ${formatRough(estimate.half)}`}{' '}
        {mark ? (
          <span
            className="nbt-best"
            title={alone ? '' : trans.__('Their intervals touch: it can be chance.')}
          >
            {mark}
          </span>
        ) : null}
      </span>
      <Whisker estimate={estimate} range={extent(estimates)} />
    </span>
  );
}

/** Mean and interval on the range of all groups. */
function Whisker(props: {
  estimate: Estimate;
  range: [number, number] | null;
}): React.ReactElement | null {
  const { estimate, range } = props;
  const { mean, half } = estimate;
  if (range === null || typeof mean !== 'number') {
    return null;
  }
  const at = (value: number) => 4 + (112 * (value - range[0])) / (range[1] - range[0]);
  const width = typeof half === 'number' ? half : 0;
  return (
    <svg className="nbt-whisker" viewBox="0 0 120 12" aria-hidden="true">
      <path d="M4 6h112" className="nbt-axis" />
      <path d={`M${at(mean - width)} 6H${at(mean + width)}`} strokeWidth="2" />
      <circle cx={at(mean)} cy="6" r="3" />
    </svg>
  );
}

/** The params that tell the groups apart. */
function telling(groups: readonly RunGroup[]): string[] {
  const keys = [...new Set(groups.flatMap(group => Object.keys(group.params)))];
  return keys
    .filter(key => new Set(groups.map(group => group.params[key])).size > 1)
    .slice(0, PARAMS);
}
