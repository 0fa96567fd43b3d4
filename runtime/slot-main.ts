// The entry of a slot thread: wires the slot with the connectors there are. Connectors are loaded when a job uses them.

import { enableCompileCache } from 'node:module';
import { parentPort, workerData } from 'node:worker_threads';
import type { SlotData } from './worker/slot-message.ts';

enableCompileCache();

const { systemClock } = await import('./core/clock.ts');
const { CONNECTORS } = await import('./connectors/catalog.ts');
const { Slot } = await import('./worker/slot.ts');

if (parentPort === null) throw new Error('slot-main.ts is the entry of a thread: run main.ts.');
const data = workerData as SlotData;
new Slot({ port: parentPort, data, makers: CONNECTORS, clock: systemClock }).start();
// Jobs import the API: having it loaded before the first deployment makes that one start sooner.
await import('./index.ts');
