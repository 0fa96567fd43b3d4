// A plan for people: `millrace explain`, and the lines a deployment's preview shows. One line an operator, stable from run
// to run, so that a difference of two plans is the difference of two jobs.

import { describeType } from '../types/describe.ts';
import type { PhysicalPlan, PlannedEdge, PlannedTask } from './physical.ts';

/** The whole plan: a heading, then each task with its inputs and operators. */
export function explainPlan(plan: PhysicalPlan): readonly string[] {
  const kind = plan.bounded ? 'bounded' : 'unbounded';
  const mode = plan.mode === 'batch' ? ', batch' : '';
  return [
    `job ${plan.jobName} (${kind}${mode}), plan ${plan.hash.slice(0, 12)}, ${plan.slotsNeeded} slots`,
    ...plan.tasks.flatMap((task) => ['', ...explainTask(plan, task)]),
  ];
}

/** One line an operator, without anything that changes when nothing of the job does. */
export function listOperators(plan: PhysicalPlan): readonly string[] {
  return plan.tasks.flatMap((task) =>
    task.operators.map(
      ({ uid, kind, name }) =>
        `task ${task.index} x${task.parallelism}/${task.maxParallelism} ${task.slotSharingGroup} | ` +
        `${kind} | uid ${uid} | ${name}${inputsOf(plan, task, uid)}`,
    ),
  );
}

function inputsOf(plan: PhysicalPlan, task: PlannedTask, uid: string): string {
  if (task.operators[0]?.uid !== uid) return '';
  const inputs = plan.edges.filter((edge) => edge.toTask === task.index);
  return inputs.map((edge) => ` | from task ${edge.fromTask} ${shipping(edge)}`).join('');
}

function explainTask(plan: PhysicalPlan, task: PlannedTask): string[] {
  const group =
    task.slotSharingGroup === 'default' ? '' : `, slot sharing group ${task.slotSharingGroup}`;
  const heading =
    `task ${task.index}: parallelism ${task.parallelism}, ${task.maxParallelism} key groups` +
    group;
  const inputs = plan.edges
    .filter((edge) => edge.toTask === task.index)
    .map((edge) => `  <- task ${edge.fromTask} ${shipping(edge)}`);
  const operators = task.operators.map(
    (operator, position) =>
      `  ${position === 0 ? '' : '-> '}${operator.name}  [${operator.kind}, uid ${operator.uid}${branchOf(task, position)}]`,
  );
  return [heading, ...inputs, ...operators];
}

/** Where an operator gets its input, unless that is simply the one before it. */
function branchOf(task: PlannedTask, position: number): string {
  const input = task.operators[position]?.input;
  if (input === undefined) return '';
  const from = task.operators.find((operator) => operator.nodeId === input.nodeId);
  const isBefore = task.operators[position - 1] === from;
  if (isBefore && input.output === 'main') return '';
  const output = input.output === 'main' ? '' : `output ${input.output} of `;
  return `, from ${output}${from?.name ?? ''}`;
}

function shipping(edge: PlannedEdge): string {
  const type =
    edge.recordType === undefined
      ? 'type inferred from the records; odd shapes travel self-described'
      : describeType(edge.recordType);
  const output = edge.output === 'main' ? '' : `, output ${edge.output}`;
  const dropped =
    edge.droppedFields.length === 0 ? '' : `, not sent: ${edge.droppedFields.join(', ')}`;
  return `${edge.shipStrategy}${output}: ${type}${dropped}`;
}
