package main

import (
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apiserver/pkg/registry/rest"
	_ "k8s.io/kubernetes/pkg/apis/apps/install"
	_ "k8s.io/kubernetes/pkg/apis/autoscaling/install"
	_ "k8s.io/kubernetes/pkg/apis/batch/install"
	_ "k8s.io/kubernetes/pkg/apis/core/install"
	_ "k8s.io/kubernetes/pkg/apis/networking/install"
	_ "k8s.io/kubernetes/pkg/apis/policy/install"
	_ "k8s.io/kubernetes/pkg/apis/rbac/install"
	"k8s.io/kubernetes/pkg/registry/apps/deployment"
	"k8s.io/kubernetes/pkg/registry/autoscaling/horizontalpodautoscaler"
	"k8s.io/kubernetes/pkg/registry/batch/job"
	"k8s.io/kubernetes/pkg/registry/core/configmap"
	"k8s.io/kubernetes/pkg/registry/core/limitrange"
	"k8s.io/kubernetes/pkg/registry/core/namespace"
	"k8s.io/kubernetes/pkg/registry/core/persistentvolumeclaim"
	"k8s.io/kubernetes/pkg/registry/core/resourcequota"
	"k8s.io/kubernetes/pkg/registry/core/service"
	"k8s.io/kubernetes/pkg/registry/core/serviceaccount"
	"k8s.io/kubernetes/pkg/registry/networking/ingress"
	"k8s.io/kubernetes/pkg/registry/networking/networkpolicy"
	"k8s.io/kubernetes/pkg/registry/policy/poddisruptionbudget"
	"k8s.io/kubernetes/pkg/registry/rbac/role"
	"k8s.io/kubernetes/pkg/registry/rbac/rolebinding"
)

func kindOf(group, version, kind string) schema.GroupVersionKind {
	return schema.GroupVersionKind{Group: group, Version: version, Kind: kind}
}

// strategies are the API server's own rules for each kind that the program may render.
var strategies = map[schema.GroupVersionKind]rest.RESTCreateStrategy{
	kindOf("", "v1", "ConfigMap"):                            configmap.Strategy,
	kindOf("", "v1", "LimitRange"):                           limitrange.Strategy,
	kindOf("", "v1", "Namespace"):                            namespace.Strategy,
	kindOf("", "v1", "PersistentVolumeClaim"):                persistentvolumeclaim.Strategy,
	kindOf("", "v1", "ResourceQuota"):                        resourcequota.Strategy,
	kindOf("", "v1", "Service"):                              service.Strategy,
	kindOf("", "v1", "ServiceAccount"):                       serviceaccount.Strategy,
	kindOf("apps", "v1", "Deployment"):                       deployment.Strategy,
	kindOf("autoscaling", "v2", "HorizontalPodAutoscaler"):   horizontalpodautoscaler.Strategy,
	kindOf("batch", "v1", "Job"):                             job.Strategy,
	kindOf("networking.k8s.io", "v1", "Ingress"):             ingress.Strategy,
	kindOf("networking.k8s.io", "v1", "NetworkPolicy"):       networkpolicy.Strategy,
	kindOf("policy", "v1", "PodDisruptionBudget"):            poddisruptionbudget.Strategy,
	kindOf("rbac.authorization.k8s.io", "v1", "Role"):        role.Strategy,
	kindOf("rbac.authorization.k8s.io", "v1", "RoleBinding"): rolebinding.Strategy,
}
