// What a deployment did or would do, in the same words whoever carried it out: this engine or the real `pulumi`.
//   I1. Nothing in here holds a secret in clear: values are redacted before they get here.

/** What happens to one resource; a replacement is one step, whichever of its halves comes first. */
export type StepKind = 'create' | 'update' | 'replace' | 'delete' | 'same';

/** One property that differs; `[secret]` and `[unknown]` stand for what cannot be shown. */
export interface PropertyDiff {
  readonly path: string;
  readonly kind: 'add' | 'delete' | 'update';
  readonly before?: unknown;
  readonly after?: unknown;
}

/** One resource of the stack, and what happens to it. */
export interface Step {
  readonly kind: StepKind;
  readonly urn: string;
  readonly type: string;
  readonly name: string;
  readonly diff: readonly PropertyDiff[];
  /** The properties that force a replacement. */
  readonly replacedBy?: readonly string[];
  /** What the program asked for, redacted; absent for what is deleted. */
  readonly inputs?: Readonly<Record<string, unknown>>;
}

/** The end of a preview, an update or a removal. */
export interface Outcome {
  readonly steps: readonly Step[];
  readonly outputs: Record<string, unknown>;
  /** What the program printed, and its warnings and errors. */
  readonly messages: readonly string[];
  /** What the cluster and the engine warned of. */
  readonly warnings: readonly string[];
}

/** A deployment that did not reach its end; `outcome` is how far it came. */
export class DeploymentError extends Error {
  override readonly name = 'DeploymentError';
  /** Name of the resource that failed; empty when the program itself did. */
  readonly resource: string;
  readonly outcome: Outcome;

  constructor(resource: string, message: string, outcome: Outcome) {
    super(message);
    this.resource = resource;
    this.outcome = outcome;
  }
}
