package main

import (
	"context"
	"fmt"
	"os"

	"k8s.io/apiextensions-apiserver/pkg/apis/apiextensions"
	"k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/install"
	v1 "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1"
	structuralschema "k8s.io/apiextensions-apiserver/pkg/apiserver/schema"
	"k8s.io/apiextensions-apiserver/pkg/apiserver/schema/cel"
	"k8s.io/apiextensions-apiserver/pkg/apiserver/schema/defaulting"
	"k8s.io/apiextensions-apiserver/pkg/apiserver/schema/pruning"
	"k8s.io/apiextensions-apiserver/pkg/apiserver/validation"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
	celconfig "k8s.io/apiserver/pkg/apis/cel"
	"sigs.k8s.io/yaml"
)

// definition is the storage version of one CustomResourceDefinition, ready to judge objects.
type definition struct {
	kind       schema.GroupVersionKind
	structural *structuralschema.Structural
	validator  validation.SchemaValidator
}

// readDefinition gives nothing when no file is named.
func readDefinition(path string) (*definition, error) {
	if path == "" {
		return nil, nil
	}
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	external := &v1.CustomResourceDefinition{}
	if err := yaml.UnmarshalStrict(text, external); err != nil {
		return nil, err
	}
	scheme := runtime.NewScheme()
	install.Install(scheme)
	scheme.Default(external)
	internal := &apiextensions.CustomResourceDefinition{}
	if err := scheme.Convert(external, internal, nil); err != nil {
		return nil, err
	}
	for _, version := range external.Spec.Versions {
		if version.Storage {
			return newDefinition(internal, version.Name)
		}
	}
	return nil, fmt.Errorf("holds no stored version")
}

func newDefinition(crd *apiextensions.CustomResourceDefinition, version string) (*definition, error) {
	checks, err := apiextensions.GetSchemaForVersion(crd, version)
	if err != nil {
		return nil, err
	}
	structural, err := structuralschema.NewStructural(checks.OpenAPIV3Schema)
	if err != nil {
		return nil, err
	}
	validator, _, err := validation.NewSchemaValidator(checks.OpenAPIV3Schema)
	if err != nil {
		return nil, err
	}
	kind := schema.GroupVersionKind{Group: crd.Spec.Group, Version: version, Kind: crd.Spec.Names.Kind}
	return &definition{kind: kind, structural: structural, validator: validator}, nil
}

// check goes the way of a create request: prune, default, then the schema and its rules in CEL.
func (d *definition) check(name string, content map[string]any) []finding {
	report := reporter{object: name}
	options := structuralschema.UnknownFieldPathOptions{TrackUnknownFieldPaths: true}
	for _, path := range pruning.PruneWithOptions(content, d.structural, true, options) {
		report.add("decode", "unknown field "+path)
	}
	defaulting.Default(content, d.structural)
	errs := validation.ValidateCustomResource(nil, content, d.validator)
	rules := cel.NewValidator(d.structural, true, celconfig.PerCallLimit)
	ruleErrs, _ := rules.Validate(
		context.Background(), nil, d.structural, content, nil, celconfig.RuntimeCELCostBudget,
	)
	for _, err := range append(errs, ruleErrs...) {
		report.add("invalid", err.Error())
	}
	return report.findings
}
