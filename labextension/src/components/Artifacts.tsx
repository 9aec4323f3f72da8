/** The files that a run kept; pictures and texts are shown on demand, and nothing is run. */

import * as React from 'react';

import type { Artifact } from '../contract';
import { formatSize } from '../format';
import { IMAGES } from '../media';
import { useAnswer, usePage, useTools } from './context';
import { LongText } from './LongText';
import { Section } from './parts';

const TEXTS = ['text/', 'application/json', 'application/toml', 'application/yaml'];
const SHOWN = 50;

export function Artifacts(props: { artifacts: Artifact[] }): React.ReactElement | null {
  const { trans } = useTools();
  const [most, setMost] = React.useState(SHOWN);
  const { artifacts } = props;
  if (artifacts.length === 0) {
    return null;
  }
  return (
    <Section title={trans.__('Artifacts')} count={artifacts.length} closed>
      {artifacts.slice(0, most).map(artifact => (
        <File key={artifact.path} artifact={artifact} />
      ))}
      {artifacts.length > most ? (
        <button type="button" className="nbt-link" onClick={() => setMost(most + 10 * SHOWN)}>
          {trans.__('Show more (%1 left)', artifacts.length - most)}
        </button>
      ) : null}
    </Section>
  );
}

function File(props: { artifact: Artifact }): React.ReactElement {
  const { artifact } = props;
  const [open, setOpen] = React.useState(false);
  const type = artifact.media_type;
  const shown = IMAGES.includes(type) || TEXTS.some(one => type.startsWith(one));
  const title = (
    <>
      <span className="nbt-path" title={artifact.path}>
        {artifact.path}
      </span>
      <span className="nbt-muted" title={`${type}, sha256 ${artifact.sha256}`}>
        {formatSize(artifact.size)}
      </span>
    </>
  );
  if (!shown) {
    return <div className="nbt-line nbt-artifact">{title}</div>;
  }
  return (
    <details
      className="nbt-artifact"
      onToggle={event => setOpen((event.target as HTMLDetailsElement).open)}
    >
      <summary className="nbt-line">{title}</summary>
      {open ? <Preview artifact={artifact} /> : null}
    </details>
  );
}

function Preview(props: { artifact: Artifact }): React.ReactElement {
  const { trans } = useTools();
  const page = usePage();
  const { artifact } = props;
  const image = IMAGES.includes(artifact.media_type);
  const { value, error } = useAnswer(async () => {
    const blob = await page.artifact(artifact.path);
    return image ? URL.createObjectURL(blob) : blob.text();
  }, artifact.sha256);
  React.useEffect(
    () => () => {
      if (image && value !== null) {
        URL.revokeObjectURL(value);
      }
    },
    [image, value]
  );
  if (value === null) {
    return <p className="nbt-muted">{error ? error.message : trans.__('Loading …')}</p>;
  }
  return image ? (
    <img className="nbt-preview" src={value} alt={artifact.path} />
  ) : (
    <pre className="nbt-preview">
      <LongText text={value} />
    </pre>
  );
}
