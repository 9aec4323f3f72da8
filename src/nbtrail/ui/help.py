"""What ``%track?`` shows."""

from __future__ import annotations

__all__ = ["HELP"]

HELP = """%track: experiment tracking in this notebook

  %%track [NAME] [-e EXPERIMENT] [-m METRIC..] [-p PARAM..] [-d DATA..] [-t KEY=VALUE..]
      as the first line of a cell: this cell is a run.
      -m auc:max makes auc the main metric; -m, -p, -d name variables.

  %track                     what is open, where the trail lies
  %track start [NAME] [-e EXPERIMENT] [-m METRIC:max]    a run over several cells ...
  %track end                 ... until here
  %track on | off            make every training a run by itself
  %track keep [CELL..]       make runs of trainings that were not tracked
  %track metric acc=expr     in a run: also param, tag KEY=VALUE, note, data, model, artifact
  %track runs [QUERY]        list runs
  %track show RUN            one run: all it captured
  %track show RUN --code [-o DIR]   what it executed; into DIR as files
  %track show RUN --diff            what was not committed then, line by line
  %track compare RUN RUN..   differences first
  %track why RUN RUN         the causes, the most direct first
  %track delete RUN | restore RUN   into the trash and out of it
  %track promote RUN MODEL@ALIAS [--check] [--force] [--reason TEXT] [--min-metric X] ...
  %track models [NAME]       registered models; MODEL@ALIAS --rollback, MODEL --card
  %track export RUN -o DIR   a clean pipeline, verified in a fresh process
  %track verify DIR          run it again and compare; --isolated rebuilds its environment
  %track retrain DIR [-p NAME=VALUE..]   train it again with other values, as a new run
  %track widget compare [RUN..] | promote [RUN [MODEL@ALIAS]] | export [RUN [DIR]] | live
                             forms to click, and curves that grow while you train
  %track config              settings and where they come from

RUN is an id's beginning, a name, last, last~2, best or best:auc."""
