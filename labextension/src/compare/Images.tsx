/** Pictures of the same name beside each other; each is asked for when it comes into view. */

import * as React from 'react';

import { useAnswer, useTools } from '../components/context';
import type { Artifact, ComparedRun, ImageRow } from '../contract';
import { formatCount } from '../format';
import { IMAGES } from '../media';
import { useComparison } from './context';
import { RunLink } from './RunHead';
import { Swatch } from './Swatch';

export function Images(): React.ReactElement {
  const page = useComparison();
  const { trans } = useTools();
  const { images, images_left_out: leftOut } = page.found!;
  return (
    <div className="nbt-part-body" tabIndex={0} role="region" aria-label={trans.__('Images')}>
      {images.map(row => (
        <Row key={row.path} row={row} />
      ))}
      {leftOut > 0 ? (
        <p className="nbt-muted">{trans.__('%1 more are not shown.', formatCount(leftOut))}</p>
      ) : null}
    </div>
  );
}

function Row(props: { row: ImageRow }): React.ReactElement {
  const page = useComparison();
  const { trans } = useTools();
  const { row } = props;
  return (
    <section>
      <header className="nbt-line">
        <h3 title={row.path}>{row.path}</h3>
        {row.differs ? null : <span className="nbt-clean">{trans.__('the same in all runs')}</span>}
      </header>
      <div className="nbt-images">
        {row.artifacts.map((artifact, position) => (
          <Picture
            key={page.runs[position].run_id}
            artifact={artifact}
            run={page.runs[position]}
            position={position}
          />
        ))}
      </div>
    </section>
  );
}

function Picture(props: {
  artifact: Artifact | null;
  run: ComparedRun;
  position: number;
}): React.ReactElement {
  const { trans } = useTools();
  const { artifact, run, position } = props;
  const place = React.useRef<HTMLElement>(null);
  const seen = useSeen(place);
  return (
    <figure ref={place} className="nbt-image">
      <figcaption className="nbt-line">
        <Swatch position={position} />
        <RunLink run={run} />
      </figcaption>
      {artifact === null ? (
        <p className="nbt-muted">{trans.__('none')}</p>
      ) : !IMAGES.includes(artifact.media_type) ? (
        <p className="nbt-muted">{trans.__('%1 is not shown', artifact.media_type)}</p>
      ) : seen ? (
        <Loaded artifact={artifact} run={run} />
      ) : null}
    </figure>
  );
}

function Loaded(props: { artifact: Artifact; run: ComparedRun }): React.ReactElement {
  const page = useComparison();
  const { trans } = useTools();
  const { artifact, run } = props;
  const { value, error } = useAnswer(
    async () => URL.createObjectURL(await page.image(run.run_id, artifact.path)),
    `${run.run_id} ${artifact.sha256}`
  );
  React.useEffect(() => () => (value === null ? undefined : URL.revokeObjectURL(value)), [value]);
  if (value === null) {
    return <p className="nbt-muted">{error ? error.message : trans.__('Loading …')}</p>;
  }
  return <img src={value} alt={trans.__('%1 of %2', artifact.path, run.name)} />;
}

/** Whether an element has been on the screen. */
function useSeen(place: React.RefObject<HTMLElement>): boolean {
  const [seen, setSeen] = React.useState(false);
  React.useEffect(() => {
    const watch = new IntersectionObserver(entries => {
      if (entries.some(entry => entry.isIntersecting)) {
        setSeen(true);
        watch.disconnect();
      }
    });
    watch.observe(place.current!);
    return () => watch.disconnect();
  }, [place]);
  return seen;
}
