/** Promote a run's model: against whom it stands, what the gates say, what will change. */

import * as React from 'react';

import { type ApiError, asApiError } from '../api';
import { useAnswer, useTools } from '../components/context';
import { Problem } from '../components/parts';
import type { RegisteredModel, RunDetail } from '../contract';
import type { ActionsApi } from './api';
import { ContestTable } from './ContestTable';
import { GateReport } from './GateReport';
import { CloseButton, Modal, ReasonField, useRested } from './modal';
import { contest, keptModels, likelyName, planPromotion, type PromotionPlan } from './promotion';

const PENDING_MS = 1000;

interface Props {
  api: ActionsApi;
  notebook: string;
  runId: string;
  runName: string;
  onClose(): void;
  onDone(model: RegisteredModel, target: string): void;
}

/** Asks for the run and the registry; the form follows once both are there. */
export function PromoteDialog(props: Props): React.ReactElement {
  const { trans } = useTools();
  const { api, notebook, runId } = props;
  // looked at again after a refusal, and while the model's file is being written
  const [looks, setLooks] = React.useState(0);
  const lookAgain = React.useCallback(() => setLooks(before => before + 1), []);
  const run = useAnswer(() => api.run(notebook, runId), `${runId} ${looks}`);
  const registry = useAnswer(() => api.models(notebook), String(looks));
  const pending = run.value?.models.some(model => model.status === 'pending') ?? false;
  React.useEffect(() => {
    const timer = pending ? setTimeout(lookAgain, PENDING_MS) : undefined;
    return () => clearTimeout(timer);
  }, [pending, looks]);
  const error = run.error ?? registry.error;
  const title = trans.__('Promote the model of %1', props.runName);
  if (run.value !== null && registry.value !== null) {
    return (
      <Form
        {...props}
        title={title}
        run={run.value}
        models={registry.value.models}
        pending={pending}
        looks={looks}
        lookAgain={lookAgain}
      />
    );
  }
  return (
    <Modal title={title} onClose={props.onClose} buttons={<CloseButton onClick={props.onClose} />}>
      <Problem text={error?.message} />
      {error ? null : <p className="nbt-muted">{trans.__('Looking …')}</p>}
    </Modal>
  );
}

function Form(
  props: Props & {
    title: string;
    run: RunDetail;
    models: RegisteredModel[];
    pending: boolean;
    looks: number;
    lookAgain(): void;
  }
): React.ReactElement {
  const { trans } = useTools();
  const { api, notebook, run, models, looks, pending } = props;
  const kept = keptModels(run);
  const [name, setName] = React.useState(() => likelyName(models, run));
  const [alias, setAlias] = React.useState('champion');
  const [picked, setPicked] = React.useState('');
  const model = picked || (kept.at(-1)?.name ?? '');
  const [reason, setReason] = React.useState('');
  const [force, setForce] = React.useState(false);
  const [busy, setBusy] = React.useState(false);
  const [failure, setFailure] = React.useState<ApiError | null>(null);
  const target = alias ? `${name}@${alias}` : name;
  const rested = useRested(`${target}\n${model}\n${looks}`);
  const [askedTarget, askedModel] = rested.split('\n');
  const gates = useAnswer(() => api.gates(notebook, run.run_id, askedTarget, askedModel), rested);
  const modelId = kept.find(one => one.name === model)?.model_id ?? '';
  const plan = planPromotion(models, name, alias, modelId);
  const champion = plan.held ? null : plan.holder;
  const settled = rested === `${target}\n${model}\n${looks}` && gates.error === null;
  const refused = (gates.value?.gates ?? []).filter(gate => gate.status === 'refused');
  const against = settled && refused.length > 0;
  const ready = settled && gates.value !== null && !busy;
  const allowed = ready && (!against || (force && reason.trim() !== ''));

  const promote = async () => {
    setBusy(true);
    setFailure(null);
    try {
      const expected = plan.holder?.version ?? 0;
      const wish = { target, model, reason, force: against && force, expected };
      props.onDone(await api.promote(notebook, run.run_id, wish), target);
    } catch (error) {
      setFailure(asApiError(error));
      props.lookAgain();
      setBusy(false);
    }
  };

  return (
    <Modal
      title={props.title}
      onClose={props.onClose}
      buttons={
        <>
          <CloseButton onClick={props.onClose} />
          <button
            type="button"
            className={against ? 'nbt-button nbt-warn' : 'nbt-button nbt-primary'}
            disabled={!allowed}
            onClick={() => void promote()}
          >
            {against ? trans.__('Promote all the same') : trans.__('Promote')}
          </button>
        </>
      }
    >
      <div className="nbt-fields">
        <label>
          {trans.__('Registered model')}
          <input
            className="nbt-input"
            list="nbt-known-models"
            value={name}
            autoFocus
            onChange={event => setName(event.target.value)}
          />
          <datalist id="nbt-known-models">
            {models.map(one => (
              <option key={one.name} value={one.name} />
            ))}
          </datalist>
        </label>
        <label>
          {trans.__('Alias')}
          <input
            className="nbt-input"
            list="nbt-known-aliases"
            value={alias}
            onChange={event => setAlias(event.target.value)}
          />
          <datalist id="nbt-known-aliases">
            {knownAliases(models).map(one => (
              <option key={one} value={one} />
            ))}
          </datalist>
        </label>
        {kept.length > 1 ? (
          <label>
            {trans.__('Model of the run')}
            <select className="nbt-input" value={model} onChange={e => setPicked(e.target.value)}>
              {kept.map(one => (
                <option key={one.model_id}>{one.name}</option>
              ))}
            </select>
          </label>
        ) : null}
      </div>
      <Opponent {...props} champion={champion?.run_id ?? ''} version={champion?.version ?? 0} />
      <h3>{trans.__('Gates')}</h3>
      {gates.error && pending ? (
        <p className="nbt-muted" role="status">
          {trans.__('The file of its model is still being written; this goes on by itself …')}
        </p>
      ) : gates.error ? (
        <Problem text={gates.error.message} />
      ) : (
        <GateReport gates={gates.value?.gates ?? []} />
      )}
      {gates.error ? null : <Changes plan={plan} name={name} alias={alias} />}
      <ReasonField
        label={
          against ? trans.__('Why all the same (required)') : trans.__('Why (kept in the history)')
        }
        value={reason}
        onChange={setReason}
      />
      {against ? (
        <label className="nbt-check">
          <input type="checkbox" checked={force} onChange={e => setForce(e.target.checked)} />
          {trans._n(
            'Promote although %1 gate refuses; this is recorded with your reason',
            'Promote although %1 gates refuse; this is recorded with your reason',
            refused.length,
            refused.length
          )}
        </label>
      ) : null}
      <Problem text={failure?.message} />
    </Modal>
  );
}

/** The metrics of the version that holds the alias, beside those of this run. */
function Opponent(
  props: Props & { run: RunDetail; champion: string; version: number }
): React.ReactElement {
  const { trans } = useTools();
  const { api, notebook, run, champion } = props;
  const other = useAnswer(
    () => (champion ? api.run(notebook, champion) : Promise.resolve(null)),
    champion
  );
  const opponent = other.value?.run_id === champion ? other.value : null;
  const head = champion ? trans.__('Now: version %1', props.version) : trans.__('Now: none');
  return <ContestTable rows={contest(run, opponent)} heads={[head, trans.__('This run')]} />;
}

function Changes(props: { plan: PromotionPlan; name: string; alias: string }): React.ReactElement {
  const { trans } = useTools();
  const { plan, name, alias } = props;
  const label = `${name}@${alias}`;
  const before = plan.holder?.version;
  return (
    <>
      <h3>{trans.__('What will change')}</h3>
      <ul className="nbt-consequences">
        <li>
          {plan.known
            ? trans.__('This model is version %1 of %2 already: no new version', plan.version, name)
            : trans.__('%2 gets version %1, made from this run', plan.version, name)}
        </li>
        {!alias ? (
          <li>{trans.__('No alias moves')}</li>
        ) : plan.held ? (
          <li>{trans.__('%1 names this model already: it stays', label)}</li>
        ) : before === undefined ? (
          <li>{trans.__('%1 is new and names version %2', label, plan.version)}</li>
        ) : (
          <li>
            {trans.__('%1 moves from version %2 to version %3', label, before, plan.version)}
            {'; '}
            {trans.__('it can be rolled back')}
          </li>
        )}
      </ul>
    </>
  );
}

function knownAliases(models: readonly RegisteredModel[]): string[] {
  const used = models.flatMap(one => Object.keys(one.aliases));
  return [...new Set(['champion', 'challenger', ...used])];
}
