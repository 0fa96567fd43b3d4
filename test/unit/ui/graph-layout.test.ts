import { describe, expect, it } from 'vitest';

import { BOX, drawCurve, layoutGraph } from '../../../runtime/ui/graph-layout.ts';
import { fakeJob } from '../../support/fake-snapshot.ts';

const { tasks } = fakeJob();

describe('layoutGraph', () => {
  it('stands every task right of what it reads from, within the bounds', () => {
    const plan = layoutGraph(tasks, 'LR');
    const left = new Map(plan.tasks.map((placed) => [placed.task.id, placed.left]));
    for (const { task, left: own, top } of plan.tasks) {
      for (const { from } of task.inputs) {
        expect(own).toBeGreaterThanOrEqual(left.get(from)! + BOX.width);
      }
      expect(own).toBeGreaterThanOrEqual(0);
      expect(own + BOX.width).toBeLessThanOrEqual(plan.width);
      expect(top + BOX.height).toBeLessThanOrEqual(plan.height);
    }
  });

  it('overlaps no two boxes, in either direction', () => {
    for (const direction of ['LR', 'TB'] as const) {
      const { tasks: placed } = layoutGraph(tasks, direction);
      for (const [index, one] of placed.entries()) {
        for (const other of placed.slice(index + 1)) {
          const isApart =
            Math.abs(one.left - other.left) >= BOX.width ||
            Math.abs(one.top - other.top) >= BOX.height;
          expect(isApart, `${one.task.name} and ${other.task.name}`).toBe(true);
        }
      }
    }
  });

  it('draws one labelled edge an input, even two between the same tasks', () => {
    const [source, window] = tasks;
    const twice = [source!, { ...window!, inputs: [...window!.inputs, ...window!.inputs] }];
    const { edges } = layoutGraph(twice, 'LR');
    expect(edges.map(({ label }) => label)).toEqual(['HASH', 'HASH']);
    expect(new Set(edges.map(({ key }) => key)).size).toBe(2);
    for (const { path } of edges) expect(path).toMatch(/^M[-\d.]+,[-\d.]+ [LQ][-\d., LQ]+$/);
  });

  it('leaves out an input from a task that is not there', () => {
    expect(layoutGraph(tasks.slice(1, 2), 'LR').edges).toEqual([]);
  });
});

describe('drawCurve', () => {
  it('begins at the first point and ends at the last', () => {
    const points = [
      { x: 0, y: 0 },
      { x: 10, y: 5 },
      { x: 20, y: 5 },
      { x: 30, y: 0.04 },
    ];
    expect(drawCurve(points)).toBe('M0,0 Q10,5 15,5 Q20,5 30,0');
    expect(drawCurve(points.slice(0, 2))).toBe('M0,0 L10,5');
    expect(drawCurve([])).toBe('');
  });
});
