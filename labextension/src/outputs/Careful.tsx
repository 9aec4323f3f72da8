/** Stands around a drawing that may fail. */

import * as React from 'react';

/** Gives up instead of showing an error: there is HTML that says the same. */
export class Careful extends React.Component<{ giveUp(): void; children: React.ReactNode }> {
  static getDerivedStateFromError(): { failed: boolean } {
    return { failed: true };
  }

  override state = { failed: false };

  override componentDidCatch(error: Error): void {
    console.warn('nbtrail: an output is shown as HTML', error);
    // not while React is at work: its root is about to go
    setTimeout(() => this.props.giveUp());
  }

  override render(): React.ReactNode {
    return this.state.failed ? null : this.props.children;
  }
}
