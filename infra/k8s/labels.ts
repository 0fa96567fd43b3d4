// The labels of every object, and the few of them that select pods. Selectors are immutable in Kubernetes, so they hold only
// what never changes: no version, no hash.

/** What a pod is: each component has a name of its own, so that no selector ever matches two. */
export type ComponentLabel = 'coordinator' | 'worker' | 'preflight';

/** Labels of an object that belongs to the cluster as a whole. */
export function clusterLabels(instance: string): Record<string, string> {
  return {
    'app.kubernetes.io/name': 'millrace',
    'app.kubernetes.io/instance': instance,
    'app.kubernetes.io/part-of': 'millrace',
    'app.kubernetes.io/managed-by': 'pulumi',
  };
}

/** Labels of an object of one component. */
export function componentLabels(
  instance: string,
  component: ComponentLabel,
): Record<string, string> {
  return { ...clusterLabels(instance), 'app.kubernetes.io/component': component };
}

/** The labels that select one component's pods. */
export function selectorLabels(
  instance: string,
  component: ComponentLabel,
): Record<string, string> {
  return {
    'app.kubernetes.io/name': 'millrace',
    'app.kubernetes.io/instance': instance,
    'app.kubernetes.io/component': component,
  };
}
