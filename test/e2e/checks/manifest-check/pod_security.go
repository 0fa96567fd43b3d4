package main

import (
	"k8s.io/apimachinery/pkg/api/meta"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/pod-security-admission/admission"
	"k8s.io/pod-security-admission/api"
	"k8s.io/pod-security-admission/policy"
)

var (
	podSpecs        = admission.DefaultPodSpecExtractor{}
	podEvaluator, _ = policy.NewEvaluator(policy.DefaultChecks(), nil)
	// restricted in the newest version that this release of Kubernetes knows.
	restricted = api.LevelVersion{Level: api.LevelRestricted, Version: api.LatestVersion()}
)

// checkPodSecurity judges the pod template of a workload as the admission controller judges its pods.
func checkPodSecurity(kind schema.GroupVersionKind, object runtime.Object, report *reporter) {
	resource, _ := meta.UnsafeGuessKindToResource(kind)
	if !podSpecs.HasPodSpec(resource.GroupResource()) {
		return
	}
	metadata, spec, err := podSpecs.ExtractPodSpec(object)
	if err != nil || spec == nil {
		report.add("pod-security", "the pod template could not be read")
		return
	}
	for _, result := range podEvaluator.EvaluatePod(restricted, metadata, spec) {
		if !result.Allowed {
			report.add("pod-security", result.ForbiddenReason+": "+result.ForbiddenDetail)
		}
	}
}
