/** Takes a comparison elsewhere: as a link, a table, a page or pictures. */

import * as React from 'react';

import { asApiError } from '../api';
import { useTools } from '../components/context';
import { Popup } from '../components/Popup';
import { useComparison } from './context';
import { toCsv } from './csv';
import { fileName, saveFile } from './saving';

export function ExportMenu(): React.ReactElement {
  const page = useComparison();
  const { trans } = useTools();
  const [said, setSaid] = React.useState('');
  const { runs } = page;
  const name = runs.length === 2 ? runs.map(run => run.name).join('-vs-') : `${runs.length}-runs`;
  const saveTable = async () => {
    const whole = await page.whole();
    if (whole !== null) {
      saveFile(new Blob([toCsv(whole)], { type: 'text/csv' }), fileName(name, 'csv'));
    }
  };
  const savePage = async () => saveFile(await page.savedPage(), fileName(name, 'html'));
  const run = (work: () => Promise<void>, close: () => void) => {
    setSaid('');
    void work().then(close, error => setSaid(asApiError(error).message));
  };
  return (
    <Popup label={trans.__('Export')} className="nbt-export" disabled={runs.length === 0}>
      {close => (
        <>
          <button type="button" className="nbt-choice" onClick={() => run(saveTable, close)}>
            {trans.__('Table as CSV')}
          </button>
          <button type="button" className="nbt-choice" onClick={() => run(savePage, close)}>
            {trans.__('Page as HTML')}
          </button>
          <p className="nbt-muted">{trans.__('Each plot has its own button: PNG.')}</p>
          {said ? <p role="alert">{said}</p> : null}
        </>
      )}
    </Popup>
  );
}
