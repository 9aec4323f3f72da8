/** Draws documents of the contract into outputs. Loaded with the first of them. */

import { ReactWidget } from '@jupyterlab/apputils';
import * as React from 'react';

import { ToolsContext } from '../components/context';
import { Careful } from './Careful';
import { ComparedRuns } from './ComparedRuns';
import { type Output, TYPES } from './kinds';
import { RunCard } from './RunCard';
import { RunsTable } from './RunsTable';
import { conforms } from './shape';
import type { Surroundings } from './surroundings';
import { WhyCard } from './WhyCard';

/**
 * Draw a document; null when it is not what the contract says.
 *
 * @param giveUp - called when the drawing fails, then or later.
 */
export function drawOutput(
  mime: string,
  data: unknown,
  around: Surroundings,
  giveUp: () => void
): ReactWidget | null {
  const output = readOutput(mime, data);
  return output && new OutputWidget(output, around, giveUp);
}

/** A bundle's data as a document of the contract, or null. */
export function readOutput(mime: string, data: unknown): Output | null {
  const found = TYPES.find(([type]) => type === mime);
  return found && conforms(found[2], data)
    ? ({ kind: found[1], document: data } as Output)
    : null;
}

class OutputWidget extends ReactWidget {
  constructor(
    private readonly output: Output,
    private readonly around: Surroundings,
    private readonly giveUp: () => void
  ) {
    super();
    this.addClass('nbt-panel');
    this.node.dataset.kind = output.kind;
  }

  protected override render(): React.ReactElement {
    return (
      <ToolsContext.Provider value={this.around.tools}>
        <Careful giveUp={this.giveUp}>
          <Drawn output={this.output} around={this.around} />
        </Careful>
      </ToolsContext.Provider>
    );
  }
}

function Drawn(props: { output: Output; around: Surroundings }): React.ReactElement {
  const { output, around } = props;
  switch (output.kind) {
    case 'runs':
      return <RunsTable page={output.document} />;
    case 'run':
      return <RunCard run={output.document} />;
    case 'compare':
      return <ComparedRuns saved={output.document} around={around} />;
    case 'why':
      return <WhyCard why={output.document} />;
  }
}
