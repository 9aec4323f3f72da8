/** Where a run stood in git, and what it ran on. */

import * as React from 'react';

import type { Code, Environment } from '../contract';
import { type Translator, useTools } from './context';
import { Pairs, Section } from './parts';
import { Uncommitted } from './Uncommitted';

/** Distributions that decide about results: shown before one asks for all. */
const TELLING = ['scikit-learn', 'pandas', 'numpy', 'scipy', 'xgboost', 'lightgbm', 'torch'];

export function CodeFacts(props: { code: Code | null }): React.ReactElement | null {
  const { trans } = useTools();
  const { code } = props;
  if (code === null) {
    return null;
  }
  return (
    <Section title={trans.__('Git')} closed>
      <Pairs rows={gitRows(code, trans)} />
      <Uncommitted code={code} />
    </Section>
  );
}

/** Commit, branch, state of the tree and remote, by name. */
export function gitRows(code: Code, trans: Translator): [string, React.ReactNode][] {
  const tree =
    code.dirty === null
      ? trans.__('unknown')
      : code.dirty
        ? trans.__('with uncommitted changes')
        : trans.__('clean');
  const rows: [string, React.ReactNode][] = [
    [trans.__('Commit'), <code title={code.commit}>{code.commit.slice(0, 10) || '–'}</code>],
    [trans.__('Branch'), <code>{code.branch || trans.__('detached')}</code>],
    [trans.__('Tree'), tree]
  ];
  if (code.remote) {
    rows.push([trans.__('Remote'), <span title={code.remote}>{code.remote}</span>]);
  }
  return rows;
}

export function EnvironmentFacts(props: {
  environment: Environment | null;
}): React.ReactElement | null {
  const { trans } = useTools();
  const { environment } = props;
  if (environment === null) {
    return null;
  }
  const { packages } = environment;
  const version = (name: string) => [name, <code>{packages[name]}</code>] as const;
  const names = Object.keys(packages).sort();
  return (
    <Section title={trans.__('Environment')} closed>
      <Pairs
        rows={[
          ['Python', <code title={environment.executable}>{environment.python}</code>],
          [trans.__('System'), <span title={environment.platform}>{environment.platform}</span>],
          ...TELLING.filter(name => name in packages).map(version)
        ]}
      />
      <details className="nbt-more">
        <summary>{trans._n('%1 package', '%1 packages', names.length, names.length)}</summary>
        <Pairs rows={names.map(version)} />
      </details>
    </Section>
  );
}
