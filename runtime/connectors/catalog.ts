// Every kind of source and sink there is, and its maker: the one list that a new connector is added to.
// Specs name a kind; jobs never see this file, slots make readers and writers through it.

import { EngineError } from '../core/errors.ts';
import { collectSink } from './collect/sink.ts';
import { collectionSource, sequenceSource } from './collection/source.ts';
import type {
  SinkContext,
  SinkMaker,
  SinkSpec,
  SinkWriter,
  SourceContext,
  SourceMaker,
  SourceReader,
  SourceSpec,
} from './connector.ts';
import { discardSink } from './discard/sink.ts';
import { csvFileSink, jsonLinesFileSink } from './file/sink.ts';
import { linesSource } from './file/source.ts';
import { generatorSource } from './generator/source.ts';
import { parquetSource } from './parquet/source.ts';
import { printSink } from './print/sink.ts';

/** The makers of sources, by kind. */
export const SOURCE_MAKERS: ReadonlyMap<string, SourceMaker> = new Map([
  ['collection', collectionSource],
  ['sequence', sequenceSource],
  ['generator', generatorSource],
  ['file-lines', linesSource],
  ['parquet', parquetSource],
]);

/** The makers of sinks, by kind. */
export const SINK_MAKERS: ReadonlyMap<string, SinkMaker> = new Map([
  ['csv-file', csvFileSink],
  ['json-lines-file', jsonLinesFileSink],
  ['print', printSink],
  ['collect', collectSink],
  ['discard', discardSink],
]);

/** Makes the reader of one subtask; throws `JOB_INVALID` when the kind is unknown. */
export function makeSourceReader(
  spec: SourceSpec<unknown>,
  context: SourceContext,
): SourceReader<unknown> {
  const maker = SOURCE_MAKERS.get(spec.kind);
  if (maker === undefined) throw unknownKind('source', spec, SOURCE_MAKERS);
  return maker(spec, context);
}

/** Makes the writer of one subtask; throws `JOB_INVALID` when the kind is unknown. */
export function makeSinkWriter(spec: SinkSpec<unknown>, context: SinkContext): SinkWriter<unknown> {
  const maker = SINK_MAKERS.get(spec.kind);
  if (maker === undefined) throw unknownKind('sink', spec, SINK_MAKERS);
  return maker(spec, context);
}

function unknownKind(
  what: string,
  spec: { readonly kind: string; readonly label: string },
  known: ReadonlyMap<string, unknown>,
): EngineError {
  return new EngineError(
    'JOB_INVALID',
    `${spec.label}: no ${what} is called '${spec.kind}'; there are ${[...known.keys()].join(', ')}`,
  );
}
