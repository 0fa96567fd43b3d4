// Every kind of source and sink there is: the one list that a new connector is added to. Makers are loaded when a job needs
// them, so a job that reads no Parquet loads no Parquet library.

import type { EnumeratorMaker, SinkMaker, SourceMaker } from './connector.ts';

/** Loaders of makers, by the `kind` of a spec. */
export interface ConnectorCatalog {
  readonly sources: Readonly<Record<string, () => Promise<SourceMaker>>>;
  /** Of the sources that are read by splits; made in the coordinator. */
  readonly enumerators: Readonly<Record<string, () => Promise<EnumeratorMaker>>>;
  readonly sinks: Readonly<Record<string, () => Promise<SinkMaker>>>;
}

export const CONNECTORS: ConnectorCatalog = {
  sources: {
    collection: async () => (await import('./collection/source.ts')).collectionSource,
    sequence: async () => (await import('./collection/source.ts')).sequenceSource,
    generator: async () => (await import('./generator/source.ts')).generatorSource,
    files: async () => (await import('./file/files-source.ts')).filesSource,
    'file-lines': async () => (await import('./file/source.ts')).linesSource,
    hybrid: async () => (await import('./hybrid/source.ts')).hybridSource,
    parquet: async () => (await import('./parquet/source.ts')).parquetSource,
    'parquet-ordered': async () =>
      (await import('./parquet/ordered-reader.ts')).orderedParquetSource,
  },
  enumerators: {
    files: async () => (await import('./file/files-enumerator.ts')).filesEnumerator,
    generator: async () => (await import('./generator/enumerator.ts')).generatorEnumerator,
    hybrid: async () => (await import('./hybrid/enumerator.ts')).hybridEnumerator,
    parquet: async () => (await import('./parquet/enumerator.ts')).parquetEnumerator,
  },
  sinks: {
    'csv-file': async () => (await import('./file/sink.ts')).csvFileSink,
    'json-lines-file': async () => (await import('./file/sink.ts')).jsonLinesFileSink,
    'text-file': async () => (await import('./file/sink.ts')).textFileSink,
    'parquet-file': async () => (await import('./parquet/sink.ts')).parquetFileSink,
    print: async () => (await import('./print/sink.ts')).printSink,
    collect: async () => (await import('./collect/sink.ts')).collectSink,
    discard: async () => (await import('./discard/sink.ts')).discardSink,
  },
};
