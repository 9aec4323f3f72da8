/** The models that a run fitted. */

import * as React from 'react';

import type { Model, SignatureField } from '../contract';
import { type Translator, useTools } from './context';
import { CopyButton, Pairs, Section } from './parts';

export function Models(props: { models: Model[] }): React.ReactElement | null {
  const { trans } = useTools();
  if (props.models.length === 0) {
    return null;
  }
  return (
    <Section title={trans.__('Models')} count={props.models.length}>
      {props.models.map(model => (
        <div className="nbt-dataset" key={model.model_id}>
          <div className="nbt-line">
            <strong>{model.name}</strong>
            <span className="nbt-badge">{modelState(model, trans)}</span>
            <code className="nbt-digest" title={model.digest}>
              {model.digest.split(':').at(-1)?.slice(0, 8)}
            </code>
            <CopyButton text={model.model_id} label={trans.__('Copy the model id')} />
          </div>
          <div className="nbt-muted" title={model.class_name}>
            {model.class_name.split('.').at(-1)}
            {model.problem ? ` · ${model.problem}` : ''}
          </div>
          {model.signature ? (
            <details className="nbt-more">
              <summary>{trans.__('Signature')}</summary>
              <Pairs rows={[...model.signature.inputs.map(field), ...model.signature.outputs.map(output)]} />
            </details>
          ) : null}
        </div>
      ))}
    </Section>
  );
}

function modelState(model: Model, trans: Translator): string {
  switch (model.status) {
    case 'ready':
      return trans.__('kept');
    case 'pending':
      return trans.__('being saved');
    default:
      return trans.__('rebuilt by its pipeline');
  }
}

function field(one: SignatureField): readonly [string, React.ReactNode] {
  const shape = one.shape.length > 0 ? ` (${one.shape.join(', ')})` : '';
  return [one.name, <code>{one.dtype + shape}</code>];
}

function output(one: SignatureField): readonly [string, React.ReactNode] {
  const [name, value] = field(one);
  return [`→ ${name}`, value];
}
