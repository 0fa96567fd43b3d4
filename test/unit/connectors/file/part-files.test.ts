// A partition's directory may vanish at any moment before a file is in it (I3).

import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import {
  createPart,
  type PartOwner,
  removeEmptied,
} from '../../../../runtime/connectors/file/part-files.ts';

it('creates a file of a partition while other subtasks remove empty directories', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'part-files-'));
  const owner: PartOwner = {
    ...{ directory, extension: 'txt', jobId: 'ab', subtaskIndex: 0, parallelism: 8 },
    ...{ isPartitioned: true, mode: 'overwrite' },
  };
  const partition = join(directory, 'a/b/c');
  for (let round = 0; round < 200; round++) {
    await mkdir(partition, { recursive: true });
    const removing = Array.from({ length: 7 }, () => removeEmptied([partition], directory));
    const [handle] = await Promise.all([createPart(owner, join(partition, 'file')), ...removing]);
    await handle.close();
    await expect(rm(join(partition, 'file'))).resolves.toBeUndefined();
  }
  await rm(directory, { recursive: true, force: true });
});
