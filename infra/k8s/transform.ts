// The way out of a component's opinions: each child can be changed right before it is registered.

/** Gets a child's finished arguments and returns those to use. */
export type Transform<Args> = (args: Args) => Args;

/** The arguments after the hook, if there is one. */
export function applyTransform<Args>(args: Args, transform: Transform<Args> | undefined): Args {
  return transform === undefined ? args : transform(args);
}
